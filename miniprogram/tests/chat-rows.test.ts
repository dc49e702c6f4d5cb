import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ChatMessage, ChatSide } from '../src/api/types';
import type { Entry } from '../src/logic/chat-log';
import { firstNew, patchOf, rowsOf, wordOf, type Row, type Setting } from '../src/logic/chat-rows';
import { bubbleWords as words } from '../src/words/chat';
import { chance } from './support/chance';

const NOW = Date.parse('2026-11-23T12:00:00+08:00');
const none = { delivered: 0, read: 0 };
const setting: Setting = {
  side: 'reader',
  theirs: none,
  readBefore: 0,
  openedAt: 0,
  now: NOW,
  connected: true,
  whole: true,
};

function said(
  seq: number,
  side: ChatSide,
  more: Partial<ChatMessage> = {},
  at = '2026-11-23T09:00:00+08:00',
): Entry {
  const message: ChatMessage = {
    id: `m${seq}`,
    local_id: `local-${seq}`,
    side,
    text: `text ${seq}`,
    state: 'sent',
    unchecked: false,
    at,
    seq,
    shown_seq: seq,
    ...more,
  };
  return {
    seq,
    kind: 'posted',
    at,
    who: { side, name: side === 'staff' ? '何馆员' : null },
    words: null,
    message,
  };
}

const all = (entries: Entry[], more: Partial<Setting> = {}, unsent = 0) =>
  rowsOf(
    entries,
    Array.from({ length: unsent }, (_, at) => ({
      local_id: `unsent-${at}`,
      place: '7',
      text: 'later',
      about: null,
      refusal: '',
    })),
    { from: 0, to: 1000 },
    { ...setting, ...more },
  );

test('a message says how far it has come', () => {
  const theirs = { delivered: 5, read: 3 };
  const word = (more: Partial<ChatMessage>) =>
    wordOf(said(1, 'reader', more).message as ChatMessage, theirs).word;
  assert.equal(word({ state: 'checking', shown_seq: null }), words.stored);
  assert.equal(word({ shown_seq: 6 }), words.stored);
  assert.equal(word({ shown_seq: 5 }), words.delivered);
  assert.equal(word({ shown_seq: 3 }), words.read);
  assert.equal(word({ state: 'held', shown_seq: null }), words.held);
  assert.equal(word({ state: 'returned', shown_seq: null }), words.failed);
  assert.equal(word({ state: 'withdrawn' }), '');
});

test('of each quiet word only the last bubble keeps it, and what went wrong always says so', () => {
  const rows = all(
    [
      said(1, 'reader'),
      said(2, 'reader'),
      said(3, 'reader', { state: 'returned', shown_seq: null }),
      said(4, 'reader', { shown_seq: 9 }),
      said(5, 'reader', { shown_seq: 10 }),
    ],
    { theirs: { delivered: 4, read: 2 } },
  );
  assert.deepEqual(
    rows.map(({ word }) => word),
    ['', words.read, words.failed, '', words.stored],
  );
});

test('the day and time stand above the first word, after a pause and on the next day', () => {
  const at = ['2026-11-22T23:58', '2026-11-23T00:01', '2026-11-23T00:05', '2026-11-23T00:16'];
  const rows = all(at.map((time, seq) => said(seq + 1, 'staff', {}, `${time}:00+08:00`)));
  assert.deepEqual(
    rows.map(({ mark }) => mark),
    ['昨天 23:58', '今天 00:01', '', '今天 00:16'],
  );
});

test('the first of a page says no time while nobody knows what stands before it', () => {
  assert.equal(all([said(1, 'staff')], { whole: false })[0]?.mark, '');
});

test('what was new when the page was opened stands below a line, what comes later does not', () => {
  const entries = [said(1, 'staff'), said(2, 'reader'), said(3, 'staff'), said(4, 'staff'), said(5, 'staff')];
  const fresh = (readBefore: number, openedAt: number) =>
    all(entries, { readBefore, openedAt }).flatMap(({ fresh: isFresh, key }) => (isFresh ? [key] : []));
  assert.deepEqual(fresh(1, 5), ['staff-local-3']);
  assert.deepEqual(fresh(4, 4), []);
  assert.equal(firstNew(entries, { side: 'reader', readBefore: 0, openedAt: 5 }), 0);
});

test('a name stands above the first bubble of somebody else only', () => {
  const rows = all([said(1, 'staff'), said(2, 'staff'), said(3, 'reader'), said(4, 'staff')]);
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['何馆员', '', '', '何馆员'],
  );
});

test('a text keeps its key from the box to the server’s list', () => {
  const unsent = { local_id: 'one', place: '7', text: 'text', about: null, refusal: '' };
  const span = { from: 0, to: 10 };
  const [waiting] = rowsOf([], [unsent], span, setting);
  const [stored] = rowsOf([said(1, 'reader', { local_id: 'one' })], [], span, setting);
  assert.equal(waiting?.key, stored?.key);
  assert.equal(waiting?.word, words.sending);
  assert.equal(rowsOf([], [unsent], span, { ...setting, connected: false })[0]?.word, words.waits);
  const [refused] = rowsOf([], [{ ...unsent, refusal: '太长了。' }], span, setting);
  assert.deepEqual([refused?.word, refused?.note, refused?.tap], [words.failed, '太长了。', 'unsent']);
});

test('a window over both lists draws what is in it and no more', () => {
  const entries = Array.from({ length: 10 }, (_, at) => said(at + 1, 'staff'));
  const unsent = [1, 2].map((at) => ({
    local_id: `u${at}`,
    place: '7',
    text: 't',
    about: null,
    refusal: '',
  }));
  const keys = rowsOf(entries, unsent, { from: 8, to: 11 }, setting).map(({ key }) => key);
  assert.deepEqual(keys, ['staff-local-9', 'staff-local-10', 'reader-u1']);
});

/** setData as the platform does it. */
function patched(rows: readonly Row[], patch: Record<string, unknown>): Row[] {
  const is = rows.map((row) => ({ ...row }));
  for (const [path, value] of Object.entries(patch)) {
    const [, at, field] = /^rows\[(\d+)\](?:\.(\w+))?$/.exec(path) ?? [];
    if (at === undefined) return value as Row[];
    if (field) Object.assign(is[Number(at)] as Row, { [field]: value });
    else is[Number(at)] = value as Row;
  }
  return is;
}

test('a patch makes the old rows into the new ones, and one new bubble costs one', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const { below } = chance(seed);
    const entries = Array.from({ length: 2 + below(20) }, (_, at) =>
      said(at + 1, below(2) ? 'reader' : 'staff'),
    );
    const one = all(entries.slice(0, 1 + below(entries.length)), {
      theirs: { delivered: below(9), read: below(9) },
    });
    const other = all(entries.slice(below(2)), { theirs: { delivered: 9, read: below(9) } });
    assert.deepEqual(patched(one, patchOf('rows', one, other)), other, `seed ${seed}`);
  }
  const rows = all([said(1, 'staff'), said(2, 'staff'), said(3, 'staff')]);
  assert.deepEqual(Object.keys(patchOf('rows', rows.slice(0, 2), rows)), ['rows[2]']);
});
