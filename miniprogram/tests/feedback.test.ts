import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { FeedbackView } from '../src/api/types';
import {
  betterPage,
  isTopic,
  lettersLeft,
  LONGEST_TEXT,
  rowOf,
  unsentRow,
} from '../src/logic/feedback-lines';
import { feedbackIn, isRated, nextOf, withRefusal, without, type Kept } from '../src/logic/feedback-outbox';

const now = Date.parse('2026-11-23T12:00:00+08:00');

function feedback(key: string, refusal = ''): Kept {
  const payload = { local_id: key, topic: 'space', text: `words of ${key}`, may_answer: true } as const;
  return { event: 'feedback_send', key, refusal, payload };
}

function rating(key: string, id: string): Kept {
  const payload = { local_id: key, kind: 'visit', id, stars: 4 } as const;
  return { event: 'rating_give', key, refusal: '', payload };
}

test('the oldest that was not refused goes next', () => {
  assert.equal(nextOf([]), undefined);
  assert.equal(nextOf([feedback('a', 'no'), rating('b', '7'), feedback('c')])?.key, 'b');
  assert.equal(nextOf(without([feedback('a'), feedback('b')], 'a'))?.key, 'b');
});

test('a refused text stays for its author and a refused rating does not', () => {
  const list = [feedback('a'), rating('b', '7')];
  assert.deepEqual(withRefusal(list, 'a', 'why'), [feedback('a', 'why'), rating('b', '7')]);
  assert.deepEqual(withRefusal(list, 'b', 'why'), [feedback('a')]);
});

test('a thing whose rating is on its way is not asked about again', () => {
  const declined: Kept = {
    event: 'rating_decline',
    key: 'c',
    refusal: '',
    payload: { kind: 'chat', id: '9' },
  };
  const list = [feedback('a'), rating('b', '7'), declined];
  assert.deepEqual(
    feedbackIn(list).map(({ key }) => key),
    ['a'],
  );
  assert.ok(isRated(list, 'visit', '7'));
  assert.ok(isRated(list, 'chat', '9'));
  assert.ok(!isRated(list, 'chat', '7'));
  assert.ok(!isRated(list, 'visit', '9'));
});

test('a row says what became of it, and why it waits or was refused', () => {
  const view: FeedbackView = {
    id: '5',
    local_id: 'a-local-id',
    topic: 'collection',
    text: '少一本书',
    may_answer: true,
    state: 'taken',
    at: '2026-11-22T09:05:00+08:00',
    settled_at: null,
    answer: null,
    pictures: [],
    department: null,
    handed_on_at: null,
  };
  const row = rowOf(view, now);
  assert.deepEqual(
    [row.id, row.key, row.topic, row.word, row.time],
    ['5', '5', '馆藏', '有人在看', '昨天 09:05'],
  );
  const [waits, refused] = [feedback('a'), feedback('b', '写得太长')].map((kept) =>
    unsentRow(feedbackIn([kept])[0]!),
  ) as [ReturnType<typeof unsentRow>, ReturnType<typeof unsentRow>];
  assert.deepEqual([waits.id, waits.key, waits.word, waits.text], ['', 'a', '等着发出', 'words of a']);
  assert.deepEqual([refused.word, refused.note], ['没有发出', '写得太长']);
});

test('how many letters are left is said when it matters, and a sign of two halves is one letter', () => {
  assert.equal(lettersLeft(''), null);
  assert.equal(lettersLeft('字'.repeat(LONGEST_TEXT - 101)), null);
  assert.equal(lettersLeft('字'.repeat(LONGEST_TEXT - 100)), 100);
  assert.equal(lettersLeft('📚'.repeat(LONGEST_TEXT)), 0);
});

test('few stars lead to the page where one can say what could be better', () => {
  assert.equal(betterPage('visit', 2), '/pages/feedback/tell?topic=space');
  assert.equal(betterPage('chat', 1), '/pages/feedback/tell?topic=service');
  assert.equal(betterPage('visit', 3), '');
});

test('only a topic that the server knows is taken from a link', () => {
  assert.ok(isTopic('system'));
  assert.ok(!isTopic('weather'));
  assert.ok(!isTopic('toString'));
  assert.ok(!isTopic(undefined));
});
