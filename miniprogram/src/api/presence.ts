import { ask } from './ask';
import { onIdentity, tokenNow } from './session';
import type { HereUntil } from './types';

/** How soon to try again when the server did not hear of us, in s. */
const AGAIN_S = 5;

interface Wish {
  duty: boolean;
  heard: (lease: HereUntil) => void;
}

/** The wishes that stand: of pages whose reader wants to be seen as here, and of a librarian on duty. */
const wishes = new Set<Wish>();
let front = true;
let timer = 0;
/** Counts what was said: only the last may plan the next. */
let saying = 0;

/** What was said last: two words on their way at once might arrive in the other order. */
let last: Promise<unknown> = Promise.resolve();

function inTurn<T>(event: 'presence_here' | 'presence_away', wish: object): Promise<T> {
  const next = last.then(() => ask<T>(event, wish));
  last = next.catch(() => undefined);
  return next;
}

async function say(): Promise<void> {
  clearTimeout(timer);
  const mine = ++saying;
  // A guest is nobody who could be here, and must not be signed in for it.
  if (wishes.size === 0 || !front || !tokenNow()) return;
  let again = AGAIN_S;
  try {
    // Who is on duty stays so on a reader's page too: this phone says only one thing of itself.
    const lease = await inTurn<HereUntil>('presence_here', { duty: [...wishes].some(({ duty }) => duty) });
    again = lease.again_s;
    wishes.forEach(({ heard }) => heard(lease));
  } catch {
    // Not heard: said again soon. Whoever cannot be heard at all is away, and should be.
  }
  if (mine === saying && front) timer = setTimeout(() => void say(), again * 1000);
}

function leave(): void {
  clearTimeout(timer);
  if (!tokenNow()) return;
  inTurn('presence_away', {}).catch(() => undefined);
}

onIdentity(() => void say());

/**
 * Tells the server that this person is here, for as long as the mini-program is in front; `duty`: at the desk, taking
 * conversations. `heard` gets each lease. Ends when the returned function is called.
 */
export function beHere(duty: boolean, heard: (lease: HereUntil) => void = () => undefined): () => void {
  const wish = { duty, heard };
  wishes.add(wish);
  void say();
  return () => {
    if (!wishes.delete(wish)) return;
    if (wishes.size > 0) void say();
    else leave();
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
  if (wishes.size > 0) leave();
}
