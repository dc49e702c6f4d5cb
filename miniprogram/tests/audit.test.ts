import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AuditLine } from '../src/api/types';
import { factsOf, sayWho } from '../src/logic/audit';
import { sayBroken } from '../src/words/audit';

const line: AuditLine = {
  id: '12',
  at: '2026-11-23T09:00:00+08:00',
  what: 'booking.make',
  words: '预约了座位',
  who: { id: '3', name: '林晓' },
  whom: 'booking:5',
  whom_words: '预约 5',
  whom_name: null,
  details: '',
  sealed: 9,
};

test('who did it is said by name, by number, or as the product itself', () => {
  assert.equal(sayWho(line), '林晓');
  assert.equal(sayWho({ ...line, who: { id: '3', name: null } }), '读者 3');
  assert.equal(sayWho({ ...line, who: null }), '问津自己');
});

test('an entry leaves out what it does not tell', () => {
  const facts = factsOf(line, '今天 09:00');
  assert.deepEqual(
    facts.map(({ value }) => value),
    ['林晓', '预约 5', '今天 09:00', '第 12 条，封存号 9'],
  );
  const more = factsOf({ ...line, whom_name: '周宁', details: '座位号：1', sealed: null }, '今天 09:00');
  assert.deepEqual(
    more.map(({ value }) => value),
    ['林晓', '预约 5（周宁）', '今天 09:00', '座位号：1', '第 12 条，还没封存'],
  );
});

test('what is broken is named by what is left of it', () => {
  assert.equal(sayBroken({ kind: 'changed', no: 2, entry_id: '7' }), '第 7 条记录（封存号 2）被改过');
  assert.equal(sayBroken({ kind: 'deleted', no: 3, entry_id: null }), '一条记录（封存号 3）被删去了');
  assert.equal(sayBroken({ kind: 'inserted', no: null, entry_id: '8' }), '第 8 条记录是后来放进去的');
});
