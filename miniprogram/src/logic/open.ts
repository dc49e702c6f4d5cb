import type { OpenState } from '../api/types';
import { homeSay } from '../words/home';
import { clockOf, shortMoment } from './time';

/** `开放到 21:30`, or when it opens next. */
export function openLine(open: OpenState, now: number): string {
  if (open.open_now) return homeSay.openUntil(open.closes_at ? clockOf(open.closes_at) : '24:00');
  return open.next_opens_at ? homeSay.opensAt(shortMoment(open.next_opens_at, now)) : homeSay.closedForNow;
}
