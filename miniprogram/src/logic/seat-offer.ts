import type { AreaDay, AreaPlan, PlanSeat } from '../api/types';
import { inTheWay, slotsOf, slotStart, soonFreeAt, type SeatState } from './seat-states';
import { clock, libraryClock, offsetOf, type Span } from './span';

/** What can be said of, and done with, the seat that somebody touched. Times are the library's, `14:00`. */
export type SeatOffer =
  | { kind: 'free'; checkInBy: string }
  | { kind: 'taken'; by: string; near: PlanSeat | null }
  | { kind: 'ends-soon'; at: string; later: Span | null; near: PlanSeat | null }
  | { kind: 'lapses-soon'; at: string; near: PlanSeat | null }
  | { kind: 'mine'; bookingId: string }
  | { kind: 'closed'; near: PlanSeat | null };

export interface Asked {
  plan: AreaPlan;
  day: AreaDay;
  span: Span;
  states: Map<string, SeatState>;
  /** ms since 1970 by the server's clock. */
  now: number;
}

/** What the area can offer for this seat and the asked span. */
export function offerOf(seat: PlanSeat, asked: Asked): SeatOffer {
  const state = asked.states.get(seat.id) ?? 'taken';
  if (state === 'free') return { kind: 'free', checkInBy: checkInBy(asked) };
  if (state === 'mine') return { kind: 'mine', bookingId: bookingOn(seat, asked) };
  const near = nearestFree(asked.plan, asked.states, seat);
  if (state === 'closed') return { kind: 'closed', near };
  return state === 'soon' ? soonOffer(seat, asked, near) : { kind: 'taken', by: takenBy(seat, asked), near };
}

function busyOn(seat: PlanSeat, { day, span, now }: Asked): AreaDay['seats'][number]['busy'] {
  const busy = day.seats.find(({ seat_id }) => seat_id === seat.id)?.busy ?? [];
  return inTheWay(busy, slotsOf(day, span), now);
}

function soonOffer(seat: PlanSeat, asked: Asked, near: PlanSeat | null): SeatOffer {
  const { day, span, now, plan } = asked;
  const busy = busyOn(seat, asked);
  const over = soonFreeAt(day, busy, slotsOf(day, span), now);
  const [only] = busy;
  if (over === null || !only) return { kind: 'taken', by: takenBy(seat, asked), near };
  const { minutes } = libraryClock(over, offsetOf(day.day_starts_at));
  if (over < slotStart(day, only.until)) return { kind: 'lapses-soon', at: clock(Math.round(minutes)), near };
  const from = Math.round(minutes);
  const later = span.until - from >= plan.rules.min_minutes ? { ...span, from } : null;
  return { kind: 'ends-soon', at: clock(from), later, near };
}

/** When the others who hold the seat during the span come and go: `12:00–14:15、16:00–18:00`. */
function takenBy(seat: PlanSeat, asked: Asked): string {
  const { day } = asked;
  const offset = offsetOf(day.day_starts_at);
  const at = (slot: number): string => {
    const { date, minutes } = libraryClock(slotStart(day, slot), offset);
    return clock(date > day.date ? minutes + 1440 : minutes);
  };
  return busyOn(seat, asked)
    .sort((a, b) => a.first - b.first)
    .map(({ first, until }) => `${at(first)}–${at(until)}`)
    .join('、');
}

/** Somebody who books late has the whole time to check in, from now. */
function checkInBy({ plan, day, span, now }: Asked): string {
  const { date, minutes } = libraryClock(now, offsetOf(day.day_starts_at));
  const from = date === span.date ? Math.max(span.from, Math.ceil(minutes)) : span.from;
  return clock(Math.min(from + plan.rules.checkin_after_minutes, span.until));
}

function bookingOn(seat: PlanSeat, { day, span }: Asked): string {
  const slots = slotsOf(day, span);
  const mine = day.mine.find(
    ({ seat_id, first, until }) => seat_id === seat.id && first < slots.until && slots.first < until,
  );
  return mine?.booking_id ?? '';
}

/** The free seat nearest to this one, or null when the span leaves none. */
export function nearestFree(plan: AreaPlan, states: Map<string, SeatState>, to: PlanSeat): PlanSeat | null {
  let nearest: PlanSeat | null = null;
  let shortest = Infinity;
  for (const seat of plan.seats) {
    const distance = Math.hypot(seat.x - to.x, seat.y - to.y);
    if (seat.id === to.id || states.get(seat.id) !== 'free' || distance >= shortest) continue;
    nearest = seat;
    shortest = distance;
  }
  return nearest;
}
