import type { Booking } from '../api/types';
import { nextStep } from '../words/booking-card';
import { clockOf, shortMoment } from './time';

/** The one line that says what the reader does next about a booking, or why it lapsed; else ''. */
export function nextStepOf(booking: Booking, now: number): string {
  const { state, checkin_opens_at: opensAt, checkin_closes_at: closesAt } = booking;
  if (state === 'checked_in') return nextStep.seated(clockOf(booking.ends_at));
  if (!closesAt) return state === 'lapsed' ? nextStep.lapsed : '';
  if (state === 'lapsed' || (state === 'booked' && Date.parse(closesAt) <= now)) {
    return nextStep.lapsedAt(clockOf(closesAt));
  }
  if (state !== 'booked') return '';
  return booking.can.check_in || Date.parse(opensAt) <= now
    ? nextStep.checkInNow(clockOf(closesAt))
    : nextStep.checkInLater(shortMoment(opensAt, now), clockOf(closesAt));
}

/** The page of a booking, also of one that is somebody's for whom the person acts; `made`: just now. */
export function detailPage(id: string, forId = '', made = false): string {
  return `/pages/bookings/detail?id=${id}${forId ? `&for=${forId}` : ''}${made ? '&made=1' : ''}`;
}
