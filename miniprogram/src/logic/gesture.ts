import type { Point } from './viewport';

export type Gesture =
  | { kind: 'pan'; by: Point }
  | { kind: 'pinch'; before: [Point, Point]; after: [Point, Point] }
  | { kind: 'tap'; at: Point }
  | { kind: 'double-tap'; at: Point }
  | { kind: 'fling'; speed: Point };

/** A finger that moves less than this still taps, px. */
const SLACK = 8;
const LONGEST_TAP_MS = 500;
const DOUBLE_TAP_MS = 300;
const DOUBLE_TAP_REACH = 32;
/** Slower than this a lifted finger just stops, px per ms. */
const SLOWEST_FLING = 0.25;

/** Makes of fingers going down, moving and lifting what they mean. Times are in ms of any steady clock. */
export class Gestures {
  private fingers: Point[] = [];
  private pressedAt = 0;
  private moved = false;
  private lastTap: { at: Point; time: number } | null = null;
  private speed: Point = { x: 0, y: 0 };
  private movedAt = 0;

  down(fingers: Point[], time: number): void {
    if (fingers.length === 1) {
      this.pressedAt = time;
      this.moved = false;
    } else {
      this.moved = true;
    }
    this.speed = { x: 0, y: 0 };
    this.movedAt = time;
    this.fingers = fingers;
  }

  move(fingers: Point[], time: number): Gesture | null {
    const [a, b] = fingers;
    const [c, d] = this.fingers;
    if (!a || !c) return null;
    if (b && d) {
      this.fingers = fingers;
      return { kind: 'pinch', before: [c, d], after: [a, b] };
    }
    if (!this.moved && Math.hypot(a.x - c.x, a.y - c.y) < SLACK) return null;
    const by = { x: a.x - c.x, y: a.y - c.y };
    this.moved = true;
    this.fingers = fingers;
    this.measure(by, time);
    return { kind: 'pan', by };
  }

  /** `fingers` are those that stay on the screen. */
  up(fingers: Point[], time: number): Gesture | null {
    const [lifted] = this.fingers;
    this.fingers = fingers;
    if (fingers.length || !lifted) return null;
    if (!this.moved) return time - this.pressedAt > LONGEST_TAP_MS ? null : this.tapped(lifted, time);
    const fast = Math.hypot(this.speed.x, this.speed.y) > SLOWEST_FLING && time - this.movedAt < 60;
    return fast ? { kind: 'fling', speed: this.speed } : null;
  }

  private tapped(at: Point, time: number): Gesture {
    const last = this.lastTap;
    const double =
      last !== null &&
      time - last.time < DOUBLE_TAP_MS &&
      Math.hypot(at.x - last.at.x, at.y - last.at.y) < DOUBLE_TAP_REACH;
    this.lastTap = double ? null : { at, time };
    return { kind: double ? 'double-tap' : 'tap', at };
  }

  private measure(by: Point, time: number): void {
    const passed = Math.max(time - this.movedAt, 1);
    const blend = (old: number, moved: number): number => old * 0.4 + (moved / passed) * 0.6;
    this.speed = { x: blend(this.speed.x, by.x), y: blend(this.speed.y, by.y) };
    this.movedAt = time;
  }
}
