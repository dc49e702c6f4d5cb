/** How long a watch outlives the last who followed it, in ms: the next page takes it over without a gap. */
const LINGER_MS = 1_000;

/** One watch for all who follow the same thing: it begins with the first and ends a moment after the last. */
export class SharedWatch {
  private end: (() => void) | null = null;
  private followers = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** `begin` returns what ends the watch; `ended` hears that it has. */
  constructor(
    private readonly begin: () => () => void,
    private readonly ended: () => void,
  ) {}

  /** One more follows, until the returned function is called. */
  follow(): () => void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.followers += 1;
    this.end ??= this.begin();
    let follows = true;
    return () => {
      if (!follows) return;
      follows = false;
      this.followers -= 1;
      if (this.followers === 0) this.timer = setTimeout(() => this.stop(), LINGER_MS);
    };
  }

  /** Begins anew, as whoever holds the phone now. */
  restart(): void {
    if (!this.end) return;
    this.stop();
    if (this.followers > 0) this.end = this.begin();
  }

  private stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.end?.();
    this.end = null;
    this.ended();
  }
}
