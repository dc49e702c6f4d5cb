import { ask } from './ask';
import type { HereUntil } from './types';

/** How soon to try again when the server did not hear of us, in s. */
const AGAIN_S = 5;

/** The wish that stands: the latest page that wants its reader to be seen as here. */
let wish: { duty: boolean } | null = null;
let front = true;
let timer = 0;

async function say(): Promise<void> {
  clearTimeout(timer);
  const said = wish;
  if (!said || !front) return;
  let again = AGAIN_S;
  try {
    again = (await ask<HereUntil>('presence_here', { duty: said.duty })).again_s;
  } catch {
    // Not heard: said again soon. Whoever cannot be heard at all is away, and should be.
  }
  if (wish === said && front) timer = setTimeout(() => void say(), again * 1000);
}

function leave(): void {
  clearTimeout(timer);
  ask('presence_away').catch(() => undefined);
}

/**
 * Tells the server that this person is here, for as long as the mini-program is in front; `duty`: at the desk, taking
 * conversations. Whoever calls it last is followed. Ends when the returned function is called.
 */
export function beHere(duty: boolean): () => void {
  const mine = { duty };
  wish = mine;
  void say();
  return () => {
    if (wish !== mine) return;
    wish = null;
    leave();
  };
}

/** For the app: in front again. */
export function presenceShown(): void {
  if (front) return;
  front = true;
  void say();
}

/** For the app: in the background; WeChat lets a last word out. */
export function presenceHidden(): void {
  front = false;
  if (wish) leave();
}
