import { DayStream } from '../logic/day-stream';
import { ApiError, request } from './request';
import { live } from './socket';

/** How often the whole is fetched while no live connection brings its changes, in ms. */
const POLL_MS = 15_000;
/** How long after a fetch without network the next is tried, in ms; after any other failure it is POLL_MS. */
const RETRY_MS = 3_000;

interface Numbered {
  number: number;
}

/** A numbered stream of the server: what to ask for the whole of it, and the names of its pushes. */
export interface Stream<Whole extends Numbered, Change extends Numbered> {
  watch: string;
  leave: string;
  payload: object;
  /** The same whole over HTTP. */
  path: string;
  changed: string;
  number: string;
  isMine: (news: never) => boolean;
  onWhole: (whole: Whole) => void;
  onChange: (change: Change) => void;
  onError: (error: unknown) => void;
}

/**
 * Keeps a numbered stream current: `onWhole` gets everything, at first and whenever changes were missed; `onChange`
 * what changed since, in order and without a gap. `onError` hears of a fetch that failed; the next is tried by
 * itself. Ends when the returned function is called.
 */
export function watchStream<Whole extends Numbered, Change extends Numbered>(
  watched: Stream<Whole, Change>,
): () => void {
  const stream = new DayStream<Change>();
  let stopped = false;
  let fetching = false;
  let again = false;
  /** Told once, then tried again quietly: it passes by itself. */
  let failing = false;

  const fetchWhole = async () => {
    if (stopped) return;
    if (fetching) {
      // Not dropped: the connection may have opened meanwhile, and only what is asked for over it is watched.
      again = true;
      return;
    }
    fetching = true;
    stream.ask();
    try {
      const whole = live.connected()
        ? await live.ask<Whole>(watched.watch, watched.payload)
        : await request<Whole>('GET', watched.path);
      if (stopped) return;
      failing = false;
      watched.onWhole(whole);
      stream.start(whole.number).forEach(watched.onChange);
      if (stream.missed) setTimeout(fetchWhole);
    } catch (error) {
      if (stopped) return;
      if (!failing) watched.onError(error);
      const offline = error instanceof ApiError && error.code === 'offline';
      failing = offline || !(error instanceof ApiError) || error.status >= 500;
      if (failing) setTimeout(fetchWhole, offline ? RETRY_MS : POLL_MS);
    } finally {
      fetching = false;
      if (again) {
        again = false;
        void fetchWhole();
      }
    }
  };

  const offs = [
    live.on<Change>(watched.changed, (change) => {
      if (!watched.isMine(change as never)) return;
      stream.take(change).forEach(watched.onChange);
      if (stream.missed) void fetchWhole();
    }),
    live.on<Numbered>(watched.number, (said) => {
      if (watched.isMine(said as never) && said.number !== stream.number) void fetchWhole();
    }),
    live.onConnection((connected) => {
      if (connected) void fetchWhole();
    }),
  ];
  const timer = setInterval(() => {
    if (!live.connected()) void fetchWhole();
  }, POLL_MS);
  void fetchWhole();

  return () => {
    stopped = true;
    clearInterval(timer);
    offs.forEach((off) => off());
    live.ask(watched.leave, watched.payload).catch(() => undefined);
  };
}
