import type { Booking } from '../api/types';
import { nextStep } from '../words/booking-card';
import { clockOf, shortMoment } from './time';

/** The one line that says what the reader does next about a booking; '' when nothing is left to do. */
export function nextStepOf(booking: Booking, now: number): string {
  const until = clockOf(booking.checkin_closes_at);
  switch (booking.state) {
    case 'booked':
      if (Date.parse(booking.checkin_closes_at) <= now) return nextStep.lapsed(until);
      return booking.can.check_in || Date.parse(booking.checkin_opens_at) <= now
        ? nextStep.checkInNow(until)
        : nextStep.checkInLater(shortMoment(booking.checkin_opens_at, now), until);
    case 'checked_in':
      return nextStep.seated(clockOf(booking.ends_at));
    case 'lapsed':
      return nextStep.lapsed(until);
    default:
      return '';
  }
}
