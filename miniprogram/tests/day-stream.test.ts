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
  stream.ask();
  assert.deepEqual(stream.take(change(6)), []);
  assert.deepEqual(stream.take(change(5)), []);
  assert.deepEqual(numbers(stream.start(4)), [5, 6]);
});

test('a number left out is noticed, and nothing is applied until the next snapshot', () => {
  const stream = new DayStream<{ number: number }>();
  stream.start(4);
  assert.deepEqual(stream.take(change(6)), []);
  assert.equal(stream.missed, true);
  stream.ask();
  assert.deepEqual(stream.take(change(7)), []);
  assert.deepEqual(numbers(stream.start(6)), [7]);
  assert.equal(stream.missed, false);
});

test('what comes while the whole is fetched anew is applied at once, and once more over a whole that is older', () => {
  const stream = new DayStream<{ number: number }>();
  stream.start(4);
  stream.ask();
  assert.deepEqual(numbers(stream.take(change(5))), [5]);
  assert.deepEqual(numbers(stream.take(change(6))), [6]);
  assert.deepEqual(numbers(stream.start(5)), [6]);
  assert.deepEqual(numbers(stream.take(change(7))), [7]);
  assert.deepEqual(stream.start(7), []); // of a whole that nobody waited for nothing is left
});

test('a change of a server that counts from another number is not taken for an old one', () => {
  const stream = new DayStream<{ number: number }>();
  stream.start(50);
  stream.ask();
  assert.deepEqual(stream.take(change(4)), []);
  assert.deepEqual(numbers(stream.start(3)), [4]);

  stream.ask();
  stream.take(change(90)); // of the server before
  assert.deepEqual(stream.start(4), []);
  assert.equal(stream.missed, true);
  stream.ask();
  assert.deepEqual(stream.start(4), []);
  assert.equal(stream.missed, false); // it is asked once, not for ever
});
