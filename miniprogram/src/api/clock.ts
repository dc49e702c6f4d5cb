import { headerOf } from '../logic/headers';

/** How far the server's clock is ahead of the phone's, in ms, and how long that answer travelled. */
let ahead = 0;
let travelled = Infinity;

/** A better measurement is one that travelled less; after this many ms any new one is better. */
const FRESH_FOR = 5 * 60_000;
let measuredAt = 0;

/** Learns the server's time from an answer's headers; `sentAt` is by the phone's clock. */
export function noteServerTime(headers: Record<string, unknown>, sentAt: number): void {
  const said = Date.parse(headerOf(headers, 'Server-Time'));
  if (Number.isNaN(said)) return;
  const now = Date.now();
  const journey = now - sentAt;
  if (journey > travelled && now - measuredAt < FRESH_FOR) return;
  ahead = said - (sentAt + journey / 2);
  travelled = journey;
  measuredAt = now;
}

/** Ms since the epoch by the server's clock, as near as an answer told: the phone's clock is never trusted. */
export function serverNow(): number {
  return Date.now() + ahead;
}
