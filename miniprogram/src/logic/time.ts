/**
 * Times as readers say them. What the server writes (`2026-11-22T14:00:00+08:00`) is already the library's clock:
 * its digits are shown as they are, and its offset says which day it is there. `now` is ms by the server's clock.
 */

import { timeWords } from '../words/time';
import { dateAfter, libraryClock, offsetOf } from './span';

/** `14:00` of an ISO time. */
export function clockOf(iso: string): string {
  return iso.slice(11, 16);
}

/** `周二` of a date. */
export function weekdayOf(date: string): string {
  return timeWords.weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? '';
}

/** `11月24日`, with the year when it is not today's. */
export function plainDate(date: string, today: string): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return date.slice(0, 4) === today.slice(0, 4)
    ? timeWords.date(month, day)
    : timeWords.dateOfYear(year, month, day);
}

/** `昨天`, `今天`, `明天`, else `11月24日 周二`. */
export function dayName(date: string, today: string): string {
  if (date === today) return timeWords.today;
  if (date === dateAfter(today, 1)) return timeWords.tomorrow;
  if (date === dateAfter(today, -1)) return timeWords.yesterday;
  return `${plainDate(date, today)} ${weekdayOf(date)}`;
}

/** The library's date at `now`, its offset taken from any of the server's times. */
export function todayBy(iso: string, now: number): string {
  return libraryClock(now, offsetOf(iso)).date;
}

/** `14:00–17:00`; a stay that ends at midnight ends at 24:00. */
export function hoursOf(span: { starts_at: string; ends_at: string }): string {
  const end = clockOf(span.ends_at);
  const overnight = span.ends_at.slice(0, 10) > span.starts_at.slice(0, 10);
  return `${clockOf(span.starts_at)}–${overnight && end === '00:00' ? '24:00' : end}`;
}

/** `今天 14:00–17:00`. */
export function when(span: { starts_at: string; ends_at: string }, now: number): string {
  return `${dayName(span.starts_at.slice(0, 10), todayBy(span.starts_at, now))} ${hoursOf(span)}`;
}

/** `今天 14:00`. */
export function moment(iso: string, now: number): string {
  return `${dayName(iso.slice(0, 10), todayBy(iso, now))} ${clockOf(iso)}`;
}

/** `14:00` today, `明天 9:00` on another day. */
export function shortMoment(iso: string, now: number): string {
  return iso.slice(0, 10) === todayBy(iso, now) ? clockOf(iso) : moment(iso, now);
}
