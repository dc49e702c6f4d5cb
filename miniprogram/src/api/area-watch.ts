import { DayStream } from '../logic/day-stream';
import { ApiError, request } from './request';
import { live } from './socket';
import type { AreaDay, AreaNumber, SeatsChanged } from './types';

/** How often a day is fetched while no live connection brings its changes, in ms. */
const POLL_MS = 15_000;
/** How long after a fetch without network the next is tried, in ms; after any other failure it is POLL_MS. */
const RETRY_MS = 3_000;

/**
 * Keeps a day of an area current: `onDay` gets the whole day, at first and whenever changes were missed; `onSeats`
 * the seats that changed since, with absolute states. `onError` hears of a fetch that failed; the next is tried by
 * itself. Ends when the returned function is called.
 */
export function watchArea(
  areaId: string,
  date: string,
  onDay: (day: AreaDay) => void,
  onSeats: (change: SeatsChanged) => void,
  onError: (error: unknown) => void = () => undefined,
): () => void {
  const stream = new DayStream<SeatsChanged>();
  let stopped = false;
  let fetching = false;
  let again = false;
  /** Told once, then tried again quietly: it passes by itself. */
  let failing = false;

  const fetchDay = async () => {
    if (stopped) return;
    if (fetching) {
      // Not dropped: the connection may have opened meanwhile, and only a day asked for over it is watched.
      again = true;
      return;
    }
    fetching = true;
    try {
      const day = live.connected()
        ? await live.ask<AreaDay>('area_watch', { area_id: areaId, date })
        : await request<AreaDay>('GET', `/api/areas/${areaId}/days/${date}`);
      if (stopped) return;
      failing = false;
      onDay(day);
      stream.start(day.number).forEach(onSeats);
      if (stream.missed) setTimeout(fetchDay);
    } catch (error) {
      if (stopped) return;
      if (!failing) onError(error);
      const offline = error instanceof ApiError && error.code === 'offline';
      failing = offline || !(error instanceof ApiError) || error.status >= 500;
      if (failing) setTimeout(fetchDay, offline ? RETRY_MS : POLL_MS);
    } finally {
      fetching = false;
      if (again) {
        again = false;
        void fetchDay();
      }
    }
  };

  const isMine = (news: { area_id: string; date: string }) => news.area_id === areaId && news.date === date;
  const offs = [
    live.on<SeatsChanged>('seats_changed', (change) => {
      if (!isMine(change)) return;
      stream.take(change).forEach(onSeats);
      if (stream.missed) void fetchDay();
    }),
    live.on<AreaNumber>('area_number', (said) => {
      if (isMine(said) && said.number !== stream.number) void fetchDay();
    }),
    live.onConnection((connected) => {
      if (connected) void fetchDay();
    }),
  ];
  const timer = setInterval(() => {
    if (!live.connected()) void fetchDay();
  }, POLL_MS);
  void fetchDay();

  return () => {
    stopped = true;
    clearInterval(timer);
    offs.forEach((off) => off());
    live.ask('area_leave', { area_id: areaId, date }).catch(() => undefined);
  };
}
