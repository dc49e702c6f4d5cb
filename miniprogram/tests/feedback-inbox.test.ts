import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { FeedbackLine } from '../src/api/types';
import {
  averageOf,
  barsOf,
  boxOf,
  boxTabs,
  opinionView,
  taskOf,
  withNews,
} from '../src/logic/feedback-inbox';

function line(id: string, more: Partial<FeedbackLine> = {}): FeedbackLine {
  return {
    id,
    topic: 'space',
    text: '灯有点暗',
    may_answer: true,
    state: 'received',
    unchecked: false,
    at: '2026-11-23T09:00:00+08:00',
    reader_name: null,
    librarian: null,
    settled_at: null,
    answer: null,
    pictures: [],
    department: null,
    handed_on_at: null,
    ...more,
  };
}

const by = (id: string) => ({ librarian: { id, name: '何馆员' } });
const ids = (lines: FeedbackLine[]) => lines.map(({ id }) => id);

test('what is of another department, or was handed on, is not in the list of one', () => {
  const [mine, other] = [
    { department: { id: '3', name: '参考咨询部' } },
    { department: { id: '4', name: '技术部' } },
  ];
  const news = [line('1', other), line('2', mine), line('3')];
  const shown = withNews([line('1', mine)], news, 'new', { me: '7', more: false, department: '3' });
  assert.deepEqual(ids(shown), ['2']);
  assert.deepEqual(ids(withNews([], news, 'new', { me: '7', more: false })), ['3', '2', '1']);
});

test('each state lies in one box, and what was returned in none', () => {
  const lines = [
    line('1'),
    line('2', { state: 'held' }),
    line('3', { state: 'taken', ...by('7') }),
    line('4', { state: 'taken', ...by('8') }),
    line('5', { state: 'answered', ...by('8') }),
    line('6', { state: 'noted', ...by('7') }),
    line('7', { state: 'returned' }),
  ];
  const boxes = lines.map((one) => boxOf(one, '7'));
  assert.deepEqual(boxes, ['new', 'new', 'mine', 'others', 'answered', 'answered', null]);
  assert.deepEqual(
    lines.map((one) => taskOf(one, '7')),
    ['take', 'look', 'answer', 'none', 'none', 'none', 'none'],
  );
});

test('news come to their place, the latest first, and what was taken leaves', () => {
  const shown = [line('9'), line('5'), line('3')];
  const news = [line('5', { state: 'taken', ...by('7') }), line('12'), line('3', { text: '改过' })];
  const now = withNews(shown, news, 'new', { me: '7', more: false });
  assert.deepEqual(ids(now), ['12', '9', '3']);
  assert.equal(now[2]?.text, '改过');
  assert.deepEqual(ids(withNews([], news, 'mine', { me: '7', more: false })), ['5']);
});

test('what is older than the fetched part waits until it is fetched', () => {
  const shown = [line('9'), line('5')];
  assert.deepEqual(ids(withNews(shown, [line('3'), line('7')], 'new', { me: '7', more: true })), [
    '9',
    '7',
    '5',
  ]);
  assert.deepEqual(ids(withNews(shown, [line('3')], 'new', { me: '7', more: false })), ['9', '5', '3']);
});

test('five bars say how often each number of stars was given, five stars first', () => {
  const bars = barsOf({ stars: [0, 1, 0, 1, 2], total: 4 });
  assert.deepEqual(
    bars.map(({ stars, count, percent }) => [stars, count, percent]),
    [
      [5, 2, 50],
      [4, 1, 25],
      [3, 0, 0],
      [2, 1, 25],
      [1, 0, 0],
    ],
  );
  assert.equal(bars[0]?.label, '5 星，2 次，占 50%');
  assert.equal(averageOf({ stars: [0, 1, 0, 1, 2], total: 4 }), '平均 4.0 星，共 4 次');
});

test('nobody has rated yet: bars without length, and a sentence', () => {
  const none = { stars: [0, 0, 0, 0, 0], total: 0 };
  assert.ok(barsOf(none).every(({ percent, count }) => percent === 0 && count === 0));
  assert.equal(averageOf(none), '还没有人打分');
});

test('the tabs name how many are new, and nothing when none is', () => {
  assert.deepEqual(
    boxTabs(3).map(({ name }) => name),
    ['新的 3', '我的', '同事的', '已答复'],
  );
  assert.equal(boxTabs(0)[0]?.name, '新的');
});

test('a line says whether somebody must look first and whether no answer is wanted', () => {
  const now = Date.parse('2026-11-23T10:00:00+08:00');
  const held = opinionView(line('1', { state: 'held', may_answer: false }), now);
  assert.deepEqual([held.held, held.silent, held.name, held.when], [true, true, '一位读者', '09:00']);
  const settled = opinionView(line('1', { state: 'noted', may_answer: false, ...by('7') }), now);
  assert.deepEqual([settled.held, settled.silent, settled.who], [false, false, '何馆员']);
});
