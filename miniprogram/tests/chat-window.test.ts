import assert from 'node:assert/strict';
import { test } from 'node:test';

import { downwards, followed, MOST, opened, shifted, upwards, type Window } from '../src/logic/chat-window';
import { chance } from './support/chance';

test('a long conversation opens at its end, or around what is new', () => {
  assert.deepEqual(opened(5000), { from: 4940, to: 5000 });
  assert.deepEqual(opened(30), { from: 0, to: 30 });
  assert.deepEqual(opened(5000, 4700), { from: 4680, to: 4800 });
  assert.deepEqual(opened(0), { from: 0, to: 0 });
});

test('wherever one goes, no more than a screenful of bubbles is drawn and none is skipped', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const { below } = chance(seed);
    let total = below(600);
    let window: Window = opened(total, below(2) ? below(total + 1) : undefined);
    for (let step = 0; step < 60; step += 1) {
      const before = window;
      const way = below(4);
      if (way === 0) window = upwards(window);
      else if (way === 1) window = downwards(window, total);
      else if (way === 2) {
        const added = below(60);
        total += added;
        window = shifted(window, added);
      } else window = followed(window, (total += below(5)));
      assert.ok(0 <= window.from && window.from <= window.to && window.to <= total, `seed ${seed}`);
      assert.ok(window.to - window.from <= MOST, `seed ${seed}`);
      // A step up or down shares bubbles with the one before: by them the place is kept.
      if (way < 2 && before.to > before.from) assert.ok(window.from < before.to && before.from < window.to);
    }
  }
});

test('steps up reach the first bubble, steps down the last', () => {
  let window = opened(1000);
  for (let step = 0; step < 40; step += 1) window = upwards(window);
  assert.equal(window.from, 0);
  for (let step = 0; step < 40; step += 1) window = downwards(window, 1000);
  assert.equal(window.to, 1000);
});
