import type { RosterWeek, Shift, TurnEdited } from '../api/types';
import { rosterWords, turnSay } from '../words/roster';
import { dayName, hoursOf, plainDate, weekdayOf } from './time';

/** A turn on one day, as lists show it. */
export interface ShiftView {
  key: string;
  id: string;
  day: string;
  name: string;
  facts: string;
  changed: boolean;
}

export interface DayView {
  name: string;
  note: string;
  shifts: ShiftView[];
}

function shiftView(shift: Shift, facts: string): ShiftView {
  return {
    key: `${shift.turn_id}-${shift.day}`,
    id: shift.turn_id,
    day: shift.day,
    name: shift.person ? (shift.person.name ?? rosterWords.unnamed) : rosterWords.nobody,
    facts,
    changed: shift.changed,
  };
}

const factsOf = (shift: Shift) => [hoursOf(shift), shift.department?.name].filter(Boolean).join(' · ');

/** The days of a week with their turns, then what begins after them. */
export function weekView({ days, later }: RosterWeek, today: string): DayView[] {
  const shown = days.map(({ day, open, turns }) => ({
    name: dayName(day, today),
    note: open ? (turns.length ? '' : rosterWords.empty) : rosterWords.shut,
    shifts: turns.map((shift) => shiftView(shift, factsOf(shift))),
  }));
  if (!later.length) return shown;
  const shifts = later.map((shift) => shiftView(shift, `${plainDate(shift.day, today)} ${factsOf(shift)}`));
  return [...shown, { name: rosterWords.later, note: '', shifts }];
}

/** The next days of one turn. */
export function daysView({ days }: TurnEdited, today: string): ShiftView[] {
  return days.map((shift) => shiftView(shift, dayName(shift.day, today)));
}

/** What a weekly turn means, in words; '' while its first time is not chosen. */
export function meaningOf(first: { from: string; until: string }, last: string): string {
  if (!first.from || !first.until) return '';
  const hours = hoursOf({ starts_at: first.from, ends_at: first.until });
  return turnSay.weekly(weekdayOf(first.from.slice(0, 10)), hours, last);
}
