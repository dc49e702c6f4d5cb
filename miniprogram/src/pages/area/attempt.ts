import { forBody } from '../../api/helping';
import { onOnline } from '../../api/network';
import { ApiError, newKey, request } from '../../api/request';
import type { Booking } from '../../api/types';

export interface Wish {
  seatId: string;
  startsAt: string;
  endsAt: string;
  /** A reader who lets the person act for them; '' for oneself. */
  forId: string;
}

/** How long to wait before asking again what became of a booking, ms. */
const ASK_AGAIN_MS = 3_000;
/** Answers of a server in trouble that are taken as the last word; silence is never taken as one. */
const MOST_TROUBLES = 3;

/**
 * One wish for a seat, sent until its outcome is known. Each repeat carries the same key, so the server answers what
 * it answered the first time: the reader can neither book twice nor be told of a booking that is not there.
 */
export class Attempt {
  private readonly key = newKey();
  private over = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly wish: Wish,
    private readonly onSilence: () => void,
  ) {}

  /** The booking, or null when given up before an answer; raises ApiError when the seat was refused. */
  async run(): Promise<Booking | null> {
    let troubles = 0;
    while (!this.over) {
      try {
        return await this.send();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const silent = error.code === 'offline';
        const trouble = error.status >= 500;
        if (trouble) troubles += 1;
        if (!silent && (!trouble || troubles >= MOST_TROUBLES)) throw error;
      }
      if (this.over) break;
      this.onSilence();
      await this.pause();
    }
    return null;
  }

  /** Asks again now. */
  hurry(): void {
    this.wake();
  }

  /** Stops asking; the server keeps whatever it did. */
  giveUp(): void {
    this.over = true;
    this.wake();
  }

  private send(): Promise<Booking> {
    return request<Booking>('POST', `/api/seats/${this.wish.seatId}/bookings`, {
      starts_at: this.wish.startsAt,
      ends_at: this.wish.endsAt,
      idempotency_key: this.key,
      ...forBody(this.wish.forId),
    });
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        unfollow();
        resolve();
      };
      const timer = setTimeout(done, ASK_AGAIN_MS);
      const unfollow = onOnline((online) => {
        if (online) done();
      });
      this.wake = done;
    });
  }
}
