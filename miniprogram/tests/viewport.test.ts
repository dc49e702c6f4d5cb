import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SEAT_SIZE, seatAt } from '../src/logic/seat-hit';
import { between, onPlan, onScreen, panned, pinched, shown, whole, zoomed } from '../src/logic/viewport';
import type { Frame } from '../src/logic/viewport';

const frame: Frame = { plan: { width: 600, height: 400 }, screen: { width: 375, height: 560 }, covered: 0 };

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 0.001, `${actual} is not ${expected}`);
}

test('the whole plan is shown in the middle', () => {
  const view = whole(frame);
  const corner = onScreen(view, { x: 0, y: 0 });
  const opposite = onScreen(view, { x: 600, y: 400 });
  near(corner.x, 375 - opposite.x);
  near(corner.y, 560 - opposite.y);
});

test('what lies under the fingers stays under them', () => {
  const at = { x: 200, y: 300 };
  const view = zoomed(whole(frame), 3, at, frame);
  const before = onPlan(whole(frame), at);
  const after = onPlan(view, at);
  near(before.x, after.x);
  near(before.y, after.y);
});

test('two fingers that move apart zoom by their distance and follow their middle', () => {
  const start = zoomed(whole(frame), 4, { x: 187, y: 280 }, frame);
  const view = pinched(
    start,
    [
      { x: 150, y: 280 },
      { x: 220, y: 280 },
    ],
    [
      { x: 120, y: 290 },
      { x: 260, y: 290 },
    ],
    frame,
  );
  near(view.scale, start.scale * 2);
  const held = onPlan(start, { x: 185, y: 280 });
  near(onScreen(view, held).x, 190);
  near(onScreen(view, held).y, 290);
});

test('the plan cannot be dragged out of sight, nor shrunk below the whole', () => {
  const large = zoomed(whole(frame), 4, { x: 187, y: 280 }, frame);
  const far = panned(large, { x: -9999, y: 9999 }, frame);
  assert.ok(onScreen(far, { x: 600, y: 0 }).x >= 375 - 13);
  assert.ok(onScreen(far, { x: 0, y: 0 }).y <= 13);
  assert.equal(zoomed(large, 0.001, { x: 0, y: 0 }, frame).scale, whole(frame).scale);
});

test('a chosen seat comes out from beneath the panel that covers the map', () => {
  const covered = { ...frame, covered: 260 };
  const view = shown(whole(frame), { x: 300, y: 390 }, 2, covered);
  const at = onScreen(view, { x: 300, y: 390 });
  assert.equal(view.scale, 2);
  assert.ok(at.y < 560 - 260 - 12, `seat at ${at.y}`);
});

test('a seat that can be seen does not move the map', () => {
  const view = zoomed(whole(frame), 4, { x: 187, y: 280 }, frame);
  assert.deepEqual(shown(view, onPlan(view, { x: 187, y: 280 }), 1, frame), view);
});

test('a movement ends exactly where it was going', () => {
  const to = zoomed(whole(frame), 4, { x: 10, y: 20 }, frame);
  const end = between(whole(frame), to, 1);
  near(end.x, to.x);
  near(end.scale, to.scale);
});

const seats = [
  { id: 'a', x: 100, y: 100 },
  { id: 'b', x: 112, y: 100 },
];

test('where seats are large, a touch means the seat beneath it', () => {
  const view = { scale: 4, x: 0, y: 0 };
  const near_edge = { x: (100 + SEAT_SIZE / 2 - 0.5) * 4, y: 400 };
  assert.equal(seatAt(seats, view, near_edge, (seat) => seat.id === 'b')?.id, 'a');
});

test('where seats are smaller than a fingertip, a touch means the nearest wanted one', () => {
  const view = { scale: 0.6, x: 0, y: 0 };
  assert.equal(seatAt(seats, view, { x: 60, y: 60 }, (seat) => seat.id === 'b')?.id, 'b');
  assert.equal(seatAt(seats, view, { x: 60, y: 60 }, () => false)?.id, 'a');
  assert.equal(
    seatAt(seats, view, { x: 200, y: 60 }, () => true),
    null,
  );
});
