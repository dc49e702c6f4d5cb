/**
 * The time a reader wants, as the library's clock shows it: a date and minutes after that day's midnight.
 * The phone's own zone never enters; instants come from the server's ISO strings and their offset.
 */

import type { HoursDay } from '../api/types';

export interface Span {
  /** `2026-11-22` at the library. */
  date: string;
  from: number;
  until: number;
}

export interface Hours {
  from: number;
  until: number;
}

export interface OpenDay {
  date: string;
  open: Hours[];
}

export interface StayRules {
  step_minutes: number;
  min_minutes: number;
  max_minutes: number;
}

export interface Wish {
  from: number;
  until: number;
}

const DAY = 24 * 60;

/** What is offered to somebody who has never chosen: two hours from now, else the morning. */
const USUAL_STAY = 120;
const USUAL_START = 9 * 60;

/** What a reader may need between choosing a time and the tap that books. */
const TO_FINISH_MINUTES = 2;

/** The branch's hours as minutes; a day without hours stays, to be shown as closed. */
export function openDays(days: readonly HoursDay[]): OpenDay[] {
  return days.map(({ date, spans }) => ({
    date,
    open: spans.map(({ opens_at, closes_at }) => ({
      from: minutesOn(date, opens_at),
      until: minutesOn(date, closes_at),
    })),
  }));
}

/**
 * The earliest minute at which a stay may begin now: the step that is running, as long as enough of it is left to
 * finish booking.
 */
export function earliestStart(nowMinutes: number, stepMinutes: number): number {
  return Math.floor((nowMinutes + TO_FINISH_MINUTES) / stepMinutes) * stepMinutes;
}

/** `14:00`; the end of the day is `24:00`. */
export function clock(minutes: number): string {
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

export function minutesOf(text: string): number {
  const [hours, minutes] = text.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** `+08:00` of an ISO string that carries an offset; `Z` counts as `+00:00`. */
export function offsetOf(iso: string): string {
  return /[+-]\d\d:\d\d$/.exec(iso)?.[0] ?? '+00:00';
}

/** The instant as the server writes it; 24:00 becomes 00:00 of the next date. */
export function isoOf(date: string, minutes: number, offset: string): string {
  const on = minutes < DAY ? date : dateAfter(date, Math.floor(minutes / DAY));
  return `${on}T${clock(minutes % DAY)}:00${offset}`;
}

/** Date and minutes (with a fraction for the seconds) that the library's clock shows at `instant` (ms since 1970). */
export function libraryClock(instant: number, offset: string): { date: string; minutes: number } {
  const shifted = instant + offsetMinutes(offset) * 60_000;
  const text = new Date(shifted).toISOString();
  return { date: text.slice(0, 10), minutes: (shifted % 86_400_000) / 60_000 };
}

/** Minutes of `iso` counted from the midnight that begins `date`; the next midnight is 1440. */
export function minutesOn(date: string, iso: string): number {
  const minutes = minutesOf(iso.slice(11, 16));
  return iso.slice(0, 10) > date ? minutes + DAY : minutes;
}

export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Every minute at which a stay may begin, not before `earliest`. */
export function starts(open: readonly Hours[], rules: StayRules, earliest: number): number[] {
  const found: number[] = [];
  for (const { from, until } of open) {
    const first = Math.max(from, Math.ceil(earliest / rules.step_minutes) * rules.step_minutes);
    for (let at = first; at + rules.min_minutes <= until; at += rules.step_minutes) found.push(at);
  }
  return found;
}

/** Every minute at which a stay that begins at `from` may end. */
export function ends(open: readonly Hours[], rules: StayRules, from: number): number[] {
  const hours = open.find((one) => one.from <= from && from < one.until);
  if (!hours) return [];
  const last = Math.min(hours.until, from + rules.max_minutes);
  const found: number[] = [];
  for (let at = from + rules.min_minutes; at <= last; at += rules.step_minutes) found.push(at);
  return found;
}

/** The allowed stay nearest to the wish on this day, or null when the day has none left. */
export function fitted(wish: Wish, day: OpenDay, rules: StayRules, earliest: number): Span | null {
  const possible = starts(day.open, rules, earliest);
  const first = possible[0];
  if (first === undefined) return null;
  const from = possible.find((at) => at >= wish.from) ?? first;
  const until = wish.until > from ? wish.until : from + (wish.until - wish.from);
  const allowed = ends(day.open, rules, from);
  const fitting = allowed.filter((at) => at <= until);
  const end = fitting[fitting.length - 1] ?? allowed[0];
  return end === undefined ? null : { date: day.date, from, until: end };
}

/** What to offer first: the last choice while it can still be had, else the same hours on the first day that has them. */
export function firstOffer(
  days: readonly OpenDay[],
  rules: StayRules,
  now: { date: string; minutes: number },
  last: Span | null,
): Span | null {
  const ahead = days.filter((day) => day.date >= now.date);
  const kept = last && ahead.find((day) => day.date === last.date);
  for (const day of kept ? [kept, ...ahead] : ahead) {
    const earliest = day.date === now.date ? earliestStart(now.minutes, rules.step_minutes) : 0;
    const usual = Math.max(USUAL_START, earliest);
    const offer = fitted(last ?? { from: usual, until: usual + USUAL_STAY }, day, rules, earliest);
    if (offer) return offer;
  }
  return null;
}

export interface QuickChoice extends Wish {
  key: 'soon' | 'morning' | 'afternoon' | 'evening';
}

const PARTS: QuickChoice[] = [
  { key: 'morning', from: 0, until: 12 * 60 },
  { key: 'afternoon', from: 13 * 60, until: 18 * 60 },
  { key: 'evening', from: 18 * 60, until: DAY },
];

/** The stays that most people mean, each fitted to this day; one that does not fit is left out. */
export function quickChoices(
  day: OpenDay,
  rules: StayRules,
  earliest: number,
  today: boolean,
): QuickChoice[] {
  const found: QuickChoice[] = [];
  if (today) {
    const soon = fitted(
      { from: earliest, until: earliest + USUAL_STAY + rules.step_minutes },
      day,
      rules,
      earliest,
    );
    if (soon?.from === earliest) {
      found.push({ key: 'soon', from: soon.from, until: Math.min(soon.until, soon.from + USUAL_STAY) });
    }
  }
  for (const part of PARTS) {
    const open = day.open
      .map((one) => ({ from: Math.max(one.from, part.from), until: Math.min(one.until, part.until) }))
      .filter((one) => one.until > one.from);
    const offer = fitted({ from: 0, until: DAY }, { date: day.date, open }, rules, earliest);
    if (offer && offer.until - offer.from >= 60)
      found.push({ key: part.key, from: offer.from, until: offer.until });
  }
  return found;
}

function offsetMinutes(offset: string): number {
  const minutes = minutesOf(offset.slice(1));
  return offset.startsWith('-') ? -minutes : minutes;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
