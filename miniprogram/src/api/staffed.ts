import { ask } from './ask';
import { onIdentity } from './session';
import { live } from './socket';
import type { Staffed, StaffedChanged } from './types';

/** The clock alone opens and closes the library: asked for again after so many ms. */
const AGAIN_MS = 60_000;

/**
 * Tells whether a librarian is there and when the library is open: now, and at each change, until the returned function
 * is called. `onError` hears of a question that failed.
 */
export function followStaffed(
  onStaffed: (staffed: Staffed) => void,
  onError: (error: unknown) => void,
): () => void {
  let known: Staffed | null = null;
  let stopped = false;
  const tell = (staffed: Staffed) => {
    known = staffed;
    if (!stopped) onStaffed(staffed);
  };
  const load = () => {
    ask<Staffed>('chat_state').then(tell, (error: unknown) => {
      if (!stopped && !known) onError(error);
    });
  };
  const timer = setInterval(load, AGAIN_MS);
  const offs = [
    () => clearInterval(timer),
    live.on<StaffedChanged>('staffed_changed', ({ staffed }) => {
      if (known) tell({ ...known, staffed });
    }),
    live.onConnection((connected) => {
      if (connected) load();
    }),
    onIdentity(load),
  ];
  load();
  return () => {
    stopped = true;
    offs.forEach((off) => off());
  };
}
