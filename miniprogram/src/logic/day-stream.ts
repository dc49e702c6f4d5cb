interface Numbered {
  number: number;
}

/**
 * Puts the numbered changes of one stream in order behind its snapshot. A change that comes before the snapshot
 * waits for it; a number left out means that the snapshot must be fetched again.
 */
export class DayStream<T extends Numbered> {
  /** The last number applied; null before the first snapshot. */
  number: number | null = null;
  /** Whether a change was lost since the snapshot. */
  missed = false;
  private waiting: T[] = [];

  /** A snapshot arrived: returns the waiting changes that follow it, in order. */
  start(number: number): T[] {
    this.number = number;
    this.missed = false;
    const waiting = this.waiting.sort((a, b) => a.number - b.number);
    this.waiting = [];
    return waiting.flatMap((change) => this.take(change));
  }

  /** A change arrived: returns what may be applied now, which is nothing when it is old, early or after a gap. */
  take(change: T): T[] {
    if (this.number === null || this.missed) {
      this.waiting.push(change);
      return [];
    }
    if (change.number <= this.number) return [];
    if (change.number > this.number + 1) {
      this.missed = true;
      this.waiting.push(change);
      return [];
    }
    this.number = change.number;
    return [change];
  }
}
