import { headerOf } from '../logic/headers';
import { libraryClock } from '../logic/span';

/** How far the server's clock is ahead of the phone's, in ms, and how long that answer travelled. */
let ahead = 0;
let travelled = Infinity;
/** The library's offset, as the server last said it: `+08:00`. */
let offset = '+00:00';

/** A better measurement is one that travelled less; after this many ms any new one is better. */
const FRESH_FOR = 5 * 60_000;
let measuredAt = 0;

/** Learns the server's time from an answer's headers; `sentAt` is by the phone's clock. */
export function noteServerTime(headers: Record<string, unknown>, sentAt: number): void {
  const told = headerOf(headers, 'Server-Time');
  const said = Date.parse(told);
  if (Number.isNaN(said)) return;
  offset = /[+-]\d\d:\d\d$/.exec(told)?.[0] ?? offset;
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

/** A moment of the library's clock as the wire has it: `2026-11-24`, `08:30` → `2026-11-24T08:30:00+08:00`. */
export function libraryMoment(date: string, time: string): string {
  return `${date}T${time}:00${offset}`;
}

/** The library's date now. */
export function libraryToday(): string {
  return libraryClock(serverNow(), offset).date;
}
