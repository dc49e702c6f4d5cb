import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { DeskLine } from '../src/api/types';
import {
  beside,
  deskCount,
  isHere,
  isNews,
  listsOf,
  tagsOffered,
  waited,
  withChanged,
} from '../src/logic/desk-queue';
import { dutyOf, goesOn } from '../src/logic/duty';

const at = (time: string) => `2026-11-23T${time}:00+08:00`;
const ms = (time: string) => Date.parse(at(time));

function line(id: string, more: Partial<DeskLine> = {}): DeskLine {
  return {
    id,
    side: 'staff',
    state: 'waiting',
    reader_name: '小林',
    librarian: null,
    department: null,
    about: null,
    about_page: null,
    opened_at: at('09:00'),
    waiting_since: at('09:00'),
    closed_at: null,
    tag: null,
    seq: 1,
    unread: 0,
    last_text: '请问',
    last_at: at('09:00'),
    mine: { delivered: 0, read: 0 },
    theirs: { delivered: 0, read: 0 },
    first_text: '请问',
    first_place: false,
    reader_here_until: null,
    ...more,
  };
}

const ids = (lines: DeskLine[]) => lines.map(({ id }) => id);
const claimed = (id: string, librarian: string, more: Partial<DeskLine> = {}) =>
  line(id, { state: 'claimed', librarian: { id: librarian, name: '何馆员' }, ...more });

test('who was handed back comes first, then who waits longest, then the lower number', () => {
  const lines = [
    line('10', { waiting_since: at('09:05') }),
    line('9', { waiting_since: at('09:05') }),
    line('3', { waiting_since: at('09:01') }),
    line('12', { waiting_since: at('09:09'), first_place: true }),
  ];
  assert.deepEqual(ids(listsOf(lines, '1').waiting), ['12', '3', '9', '10']);
});

test('what I have is apart from what colleagues have, the latest first', () => {
  const lines = [
    claimed('1', '7', { last_at: at('09:01') }),
    claimed('2', '7', { last_at: at('09:02') }),
    claimed('3', '8'),
    line('4'),
  ];
  const { waiting, mine, others } = listsOf(lines, '7');
  assert.deepEqual([ids(waiting), ids(mine), ids(others)], [['4'], ['2', '1'], ['3']]);
  assert.deepEqual(ids(listsOf(lines, null).mine), []);
});

test('a changed line takes the place of the old one, and one that is closed leaves', () => {
  const lines = [line('1'), line('2'), line('3')];
  const changed = [claimed('2', '7'), line('3', { state: 'closed' }), line('4')];
  const now = withChanged(lines, changed);
  assert.deepEqual(ids(now), ['1', '2', '4']);
  assert.equal(now[1]?.state, 'claimed');
  assert.deepEqual(withChanged(now, changed), now);
  assert.deepEqual(ids(withChanged(now, [], ['2', '9'])), ['1', '4']);
});

test('the count is who waits and what readers of mine wrote', () => {
  const lines = [
    line('1'),
    line('2', { unread: 4 }),
    claimed('3', '7', { unread: 2 }),
    claimed('4', '8', { unread: 9 }),
  ];
  assert.equal(deskCount(listsOf(lines, '7')), 4);
});

test('a new reader in the queue is news, and so are words of mine unless I look at them', () => {
  const before = listsOf([line('1'), claimed('2', '7', { unread: 1 })], '7');
  assert.equal(isNews(before, before, null), false);
  assert.equal(isNews(before, listsOf([line('1'), line('3')], '7'), null), true);
  const wrote = listsOf([line('1'), claimed('2', '7', { unread: 2 })], '7');
  assert.equal(isNews(before, wrote, null), true);
  assert.equal(isNews(before, wrote, '2'), false);
  // one that I have just claimed brings what was unread before
  assert.equal(
    isNews(before, listsOf([claimed('1', '7', { unread: 3 }), claimed('2', '7', { unread: 1 })], '7'), null),
    false,
  );
  // one that was handed back is in the queue again
  assert.equal(isNews(before, listsOf([line('1'), line('2', { first_place: true })], '7'), '2'), true);
});

test('how long somebody waits is said in whole minutes, hours and days', () => {
  const said = ['09:00', '09:01', '09:59', '10:00', '11:05'].map((time) => waited(at('09:00'), ms(time)));
  assert.deepEqual(said, ['刚来', '等了 1 分钟', '等了 59 分钟', '等了 1 小时', '等了 2 小时 5 分']);
  assert.equal(waited(at('09:00'), ms('08:59')), '刚来');
  assert.equal(waited(at('09:00'), ms('09:00') + 49 * 3_600_000), '等了 2 天');
});

test('a reader is here until the moment that the server named', () => {
  assert.equal(isHere(line('1'), ms('09:00')), false);
  assert.equal(isHere(line('1', { reader_here_until: at('09:01') }), ms('09:00')), true);
  assert.equal(isHere(line('1', { reader_here_until: at('09:01') }), ms('09:01')), false);
});

test('the arrow keys begin at the first and stop at either end', () => {
  const all = ['5', '6', '7'];
  assert.equal(beside(all, null, 1), '5');
  assert.equal(beside(all, '5', 1), '6');
  assert.equal(beside(all, '7', 1), '7');
  assert.equal(beside(all, '5', -1), '5');
  assert.equal(beside(all, 'gone', -1), '5');
  assert.equal(beside([], null, 1), null);
});

test('tags used last are offered before the common ones, each once', () => {
  assert.deepEqual(tagsOffered(['打印', '座位'], ['座位', '其他']), ['打印', '座位', '其他']);
  assert.equal(tagsOffered([], ['一', '二', '三'], 2).length, 2);
});

test('duty is what the librarian wants, unless they do not move or the server does not hear them', () => {
  const now = ms('09:00');
  assert.equal(dutyOf({ wanted: false, idle: true, until: now + 1 }, now), 'off');
  assert.equal(dutyOf({ wanted: true, idle: true, until: now + 1 }, now), 'idle');
  assert.equal(dutyOf({ wanted: true, idle: false, until: now + 1 }, now), 'on');
  assert.equal(dutyOf({ wanted: true, idle: false, until: null }, now), 'on');
  assert.equal(dutyOf({ wanted: true, idle: false, until: now }, now), 'lost');
});

test('duty goes on over a short restart and not over the night', () => {
  const now = ms('09:00');
  assert.equal(goesOn(now - 4 * 60_000, now), true);
  assert.equal(goesOn(now - 5 * 60_000, now), false);
});
