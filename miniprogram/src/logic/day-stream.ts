interface Numbered {
  number: number;
}

/**
 * Puts the numbered changes of one stream in order behind its snapshot; a number left out means that the snapshot must
 * be fetched again. Changes carry absolute states, so that one may be applied twice.
 */
export class DayStream<T extends Numbered> {
  /** The last number applied; null before the first snapshot. */
  number: number | null = null;
  /** Whether a change was lost since the snapshot. */
  missed = false;
  /** What came since the snapshot was asked for; null when none is. */
  private since: T[] | null = null;

  /** A snapshot is asked for: what comes until it is here may be missing in it, or counted by another server. */
  ask(): void {
    this.since = [];
  }

  /** A snapshot arrived: returns the changes that follow it, in order. */
  start(number: number): T[] {
    this.number = number;
    this.missed = false;
    const since = (this.since ?? []).sort((a, b) => a.number - b.number);
    this.since = null;
    return since.flatMap((change) => this.take(change));
  }

  /** A change arrived: returns what may be applied now, which is nothing when it is old, early or after a gap. */
  take(change: T): T[] {
    this.since?.push(change);
    if (this.number === null || this.missed || change.number <= this.number) return [];
    if (change.number > this.number + 1) {
      this.missed = true;
      return [];
    }
    this.number = change.number;
    return [change];
  }
}
