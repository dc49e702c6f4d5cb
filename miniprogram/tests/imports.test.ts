import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ImportField } from '../src/api/types';
import { isComplete, isJudged, isWorking, mappingOf, targetsOf, withColumn } from '../src/logic/imports';
import { importSay } from '../src/words/imports';

const fields: ImportField[] = [
  { field: 'card_no', name: '读者证号', column: 0, needed: true },
  { field: 'name', name: '姓名', column: null, needed: true },
  { field: 'phone', name: '手机号', column: 2, needed: false },
];

test('a column holds one field: whoever had it lets go', () => {
  const moved = withColumn(fields, 'name', 2);
  assert.deepEqual(mappingOf(moved), [
    { field: 'card_no', column: 0 },
    { field: 'name', column: 2 },
  ]);
  assert.equal(isComplete(fields), false);
  assert.equal(isComplete(moved), true);
  assert.equal(isComplete(withColumn(moved, 'card_no', null)), false);
});

test('who may do what imports as much', () => {
  assert.deepEqual(targetsOf(['articles.edit', 'imports.use']), ['articles']);
  assert.deepEqual(targetsOf(['articles.edit', 'patrons.import']), ['cards', 'articles']);
  assert.deepEqual(targetsOf(['imports.use']), []);
});

test('what the server works on is looked at again, and only judged rows are told of', () => {
  assert.equal(isWorking({ state: 'checking' }), true);
  assert.equal(isWorking({ state: 'checked' }), false);
  assert.equal(isJudged({ state: 'mapping' }), false);
  assert.equal(isJudged({ state: 'undone' }), true);
});

test('what will be done and what was done is said in one sentence', () => {
  const counts = {
    target: 'cards' as const,
    rows: 980,
    created: 812,
    changed: 150,
    same: 0,
    problems: 18,
    kept: 0,
  };
  assert.equal(importSay.will(counts), '将新增 812 人，更新 150 人，18 行有问题不导入。');
  assert.equal(
    importSay.will({ ...counts, created: 0, problems: 0, same: 3 }),
    '将更新 150 人，3 人没有变化。',
  );
  assert.equal(importSay.did({ ...counts, created: 0, changed: 0, problems: 0 }), '没有变化。');
  assert.equal(importSay.undone({ ...counts, kept: 2 }), '已撤销，2 人后来有变动，留着没有动。');
  assert.equal(importSay.did({ ...counts, target: 'articles', problems: 0 }), '已新增 812 篇，更新 150 篇。');
});
