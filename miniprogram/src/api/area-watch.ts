import { watchStream } from './stream-watch';
import type { AreaDay, SeatsChanged } from './types';

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
  return watchStream<AreaDay, SeatsChanged>({
    watch: 'area_watch',
    leave: 'area_leave',
    payload: { area_id: areaId, date },
    path: `/api/areas/${areaId}/days/${date}`,
    changed: 'seats_changed',
    number: 'area_number',
    isMine: (news: { area_id: string; date: string }) => news.area_id === areaId && news.date === date,
    onWhole: onDay,
    onChange: onSeats,
    onError,
  });
}
