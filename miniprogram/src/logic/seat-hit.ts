import { onPlan } from './viewport';
import type { Point, View } from './viewport';

/** A seat's side in plan units (1.2 m with its share of the desk). */
export const SEAT_SIZE = 12;

/** A fingertip covers about this much around the point it touches, px. */
const FINGER = 22;

export interface Touchable extends Point {
  id: string;
}

/**
 * The seat meant by a touch at the screen point `at`, or null when none is near. Within the seat it is that seat;
 * else, and where seats are drawn smaller than a fingertip, the nearest within reach, those that `wanted` before others.
 */
export function seatAt<T extends Touchable>(
  seats: readonly T[],
  view: View,
  at: Point,
  wanted: (seat: T) => boolean,
): T | null {
  const point = onPlan(view, at);
  const half = SEAT_SIZE / 2;
  const reach = Math.max(FINGER / view.scale, half);
  const exact = SEAT_SIZE * view.scale >= FINGER;
  let nearest: T | null = null;
  let nearestRank = Infinity;
  for (const seat of seats) {
    const x = Math.abs(seat.x - point.x);
    const y = Math.abs(seat.y - point.y);
    if (x > reach || y > reach) continue;
    if (exact && x <= half && y <= half) return seat;
    const rank = Math.hypot(x, y) + (wanted(seat) ? 0 : 2 * reach);
    if (rank < nearestRank) {
      nearest = seat;
      nearestRank = rank;
    }
  }
  return nearest;
}
