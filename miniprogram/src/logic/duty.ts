/**
 * How a librarian stands at the desk: not on duty; here; idle, so away until they touch the screen; or on duty
 * by their own wish while the server has not heard of them in time.
 */
export type Duty = 'off' | 'on' | 'idle' | 'lost';

/** Without touch or key for this long, one is away; in ms. */
export const IDLE_MS = 5 * 60_000;
/** A client that was closed on duty is on duty again when it opens within this time, in ms. */
export const KEPT_MS = 5 * 60_000;

export interface DutyFacts {
  wanted: boolean;
  idle: boolean;
  /** The end of the lease, in ms by the server's clock; null before the first answer. */
  until: number | null;
}

export function dutyOf({ wanted, idle, until }: DutyFacts, now: number): Duty {
  if (!wanted) return 'off';
  if (idle) return 'idle';
  return until === null || until > now ? 'on' : 'lost';
}

/** Whether a lease that was kept over a restart (0: none was) is young enough to go on from; in ms by the server's clock. */
export function goesOn(until: number, now: number): boolean {
  return now < until + KEPT_MS;
}
