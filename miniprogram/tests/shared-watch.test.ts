import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SharedWatch } from '../src/api/shared-watch';

/** A watch that writes down what happened to it. */
function watched() {
  const log: string[] = [];
  const begin = () => {
    log.push('begun');
    return () => log.push('left');
  };
  return { log, watch: new SharedWatch(begin, () => log.push('ended')) };
}

test('all who follow share one watch, which ends a moment after the last', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { log, watch } = watched();
  const first = watch.follow();
  const second = watch.follow();
  first();
  context.mock.timers.tick(5_000);
  assert.deepEqual(log, ['begun']);
  second();
  second();
  assert.deepEqual(log, ['begun']);
  context.mock.timers.tick(1_000);
  assert.deepEqual(log, ['begun', 'left', 'ended']);
});

test('the page that comes next takes the watch over without a gap', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { log, watch } = watched();
  watch.follow()();
  const next = watch.follow();
  context.mock.timers.tick(5_000);
  assert.deepEqual(log, ['begun']);
  next();
  context.mock.timers.tick(1_000);
  assert.deepEqual(log, ['begun', 'left', 'ended']);
  watch.follow();
  assert.equal(log.at(-1), 'begun');
});

test('for somebody else it begins anew, and only when somebody follows', () => {
  const { log, watch } = watched();
  watch.restart();
  assert.deepEqual(log, []);
  watch.follow();
  watch.restart();
  assert.deepEqual(log, ['begun', 'left', 'ended', 'begun']);
});
