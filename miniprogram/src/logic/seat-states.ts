import type { AreaDay, AreaPlan, BusySpan, SeatBusy, SlotSpan } from '../api/types';
import { minutesOn } from './span';
import type { Span } from './span';

export type SeatState = 'free' | 'taken' | 'soon' | 'mine' | 'closed';

/** A seat counts as soon free when its reader must be gone, or must have come, within this time. */
const SOON_MINUTES = 30;

export function slotsOf(day: AreaDay, span: Span): SlotSpan {
  const start = minutesOn(day.date, day.day_starts_at);
  return {
    first: Math.floor((span.from - start) / day.slot_minutes),
    until: Math.ceil((span.until - start) / day.slot_minutes),
  };
}

/** ms since 1970 at which the slot begins. */
export function slotStart(day: AreaDay, slot: number): number {
  return Date.parse(day.day_starts_at) + slot * day.slot_minutes * 60_000;
}

/** A busy span whose reader did not come in time no longer counts, whether or not a message said so. */
export function counts(busy: BusySpan, now: number): boolean {
  return busy.lapses_at === null || now < Date.parse(busy.lapses_at);
}

/** What stands against the span on one seat, with the server's time `now` in ms. */
export function inTheWay(busy: readonly BusySpan[], span: SlotSpan, now: number): BusySpan[] {
  return busy.filter((one) => one.first < span.until && span.first < one.until && counts(one, now));
}

/**
 * The moment (ms) at which the only thing in the way is over, when that is within half an hour; else null.
 * Only for a span that begins while the present reader's time runs: a later booking in the way makes the seat taken.
 */
export function soonFreeAt(
  day: AreaDay,
  blocking: readonly BusySpan[],
  span: SlotSpan,
  now: number,
): number | null {
  const only = blocking[0];
  if (!only || blocking.length > 1) return null;
  const end = slotStart(day, only.until);
  const over = only.lapses_at === null ? end : Math.min(end, Date.parse(only.lapses_at));
  const running = slotStart(day, only.first) <= now && now < end;
  if (!running || only.first > span.first || over - now > SOON_MINUTES * 60_000) return null;
  return over;
}

/** The state of every seat of the plan for the span; the same answer as the server would give at `now`. */
export function seatStates(plan: AreaPlan, day: AreaDay, span: Span, now: number): Map<string, SeatState> {
  const slots = slotsOf(day, span);
  const busyOf = new Map(day.seats.map((seat) => [seat.seat_id, seat.busy]));
  const mine = mineIn(day, slots);
  const states = new Map<string, SeatState>();
  for (const seat of plan.seats) {
    if (mine.has(seat.id)) states.set(seat.id, 'mine');
    else if (seat.closed) states.set(seat.id, 'closed');
    else states.set(seat.id, stateOf(day, busyOf.get(seat.id) ?? [], slots, now));
  }
  return states;
}

function stateOf(day: AreaDay, busy: readonly BusySpan[], span: SlotSpan, now: number): SeatState {
  const blocking = inTheWay(busy, span, now);
  if (!blocking.length) return 'free';
  return soonFreeAt(day, blocking, span, now) === null ? 'taken' : 'soon';
}

function mineIn(day: AreaDay, span: SlotSpan): Set<string> {
  const running = day.mine.filter((one) => one.state === 'booked' || one.state === 'checked_in');
  return new Set(
    running.filter((one) => one.first < span.until && span.first < one.until).map((one) => one.seat_id),
  );
}

/** The day with some seats replaced by what the server last said of them. */
export function withChanges(day: AreaDay, changes: readonly SeatBusy[]): AreaDay {
  const changed = new Set(changes.map((seat) => seat.seat_id));
  const seats = day.seats.filter((seat) => !changed.has(seat.seat_id));
  return { ...day, seats: [...seats, ...changes.filter((seat) => seat.busy.length)] };
}

/** The next moment (ms) at which a state may change with nobody saying so, or null. */
export function nextLapse(day: AreaDay, now: number): number | null {
  let next: number | null = null;
  for (const { busy } of day.seats) {
    for (const { lapses_at } of busy) {
      const at = lapses_at === null ? 0 : Date.parse(lapses_at);
      if (at > now && (next === null || at < next)) next = at;
    }
  }
  return next;
}

export function count(states: Map<string, SeatState>, wanted: SeatState): number {
  let found = 0;
  for (const state of states.values()) if (state === wanted) found += 1;
  return found;
}
