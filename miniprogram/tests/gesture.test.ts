import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Gestures } from '../src/logic/gesture';

const at = (x: number, y = 100) => ({ x, y });

test('a finger that trembles still taps, where it went down', () => {
  const gestures = new Gestures();
  gestures.down([at(100)], 0);
  assert.equal(gestures.move([at(104)], 40), null);
  assert.deepEqual(gestures.up([], 90), { kind: 'tap', at: at(100) });
});

test('a finger held long does not tap', () => {
  const gestures = new Gestures();
  gestures.down([at(100)], 0);
  assert.equal(gestures.up([], 900), null);
});

test('a finger that moves pans by what it moved since the last time', () => {
  const gestures = new Gestures();
  gestures.down([at(100)], 0);
  assert.deepEqual(gestures.move([at(120)], 16), { kind: 'pan', by: { x: 20, y: 0 } });
  assert.deepEqual(gestures.move([at(125)], 32), { kind: 'pan', by: { x: 5, y: 0 } });
});

test('a finger lifted in full motion flings, one that stopped first does not', () => {
  const gestures = new Gestures();
  gestures.down([at(100)], 0);
  gestures.move([at(140)], 16);
  gestures.move([at(180)], 32);
  assert.equal(gestures.up([], 40)?.kind, 'fling');
  gestures.down([at(100)], 1000);
  gestures.move([at(140)], 1016);
  assert.equal(gestures.up([], 1200), null);
});

test('two fingers pinch, and lifting one of them is no tap', () => {
  const gestures = new Gestures();
  gestures.down([at(100)], 0);
  gestures.down([at(100), at(200)], 20);
  assert.equal(gestures.move([at(90), at(210)], 40)?.kind, 'pinch');
  assert.equal(gestures.up([at(210)], 60), null);
  assert.equal(gestures.up([], 80), null);
});

test('two taps in one place are a double tap, and a third begins anew', () => {
  const gestures = new Gestures();
  const tapAt = (time: number) => {
    gestures.down([at(100)], time);
    return gestures.up([], time + 50)?.kind;
  };
  assert.deepEqual([tapAt(0), tapAt(150), tapAt(300), tapAt(1000)], ['tap', 'double-tap', 'tap', 'tap']);
});
