import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DayStream } from '../src/logic/day-stream';

const change = (number: number) => ({ number });
const numbers = (changes: { number: number }[]) => changes.map(({ number }) => number);

test('changes that follow the snapshot are applied one by one', () => {
  const stream = new DayStream<{ number: number }>();
  assert.deepEqual(stream.start(4), []);
  assert.deepEqual(numbers(stream.take(change(5))), [5]);
  assert.deepEqual(numbers(stream.take(change(6))), [6]);
  assert.equal(stream.number, 6);
});

test('a change that is already in the snapshot is left out', () => {
  const stream = new DayStream<{ number: number }>();
  stream.start(4);
  assert.deepEqual(stream.take(change(4)), []);
  assert.equal(stream.missed, false);
});

test('a change that comes before the snapshot waits for it', () => {
  const stream = new DayStream<{ number: number }>();
  assert.deepEqual(stream.take(change(6)), []);
  assert.deepEqual(stream.take(change(5)), []);
  assert.deepEqual(numbers(stream.start(4)), [5, 6]);
});

test('a number left out is noticed, and nothing is applied until the next snapshot', () => {
  const stream = new DayStream<{ number: number }>();
  stream.start(4);
  assert.deepEqual(stream.take(change(6)), []);
  assert.equal(stream.missed, true);
  assert.deepEqual(stream.take(change(7)), []);
  assert.deepEqual(numbers(stream.start(6)), [7]);
  assert.equal(stream.missed, false);
});
