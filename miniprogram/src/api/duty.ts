import { dutyOf, goesOn, IDLE_MS, type Duty } from '../logic/duty';
import { ask } from './ask';
import { serverNow } from './clock';
import { ownStorage } from './own-storage';
import { beHere } from './presence';
import { onIdentity } from './session';
import type { HereUntil } from './types';

/** How often one looks whether the librarian still moves and the server still hears, in ms. */
const LOOK_MS = 10_000;
/** The last lease, by which a duty outlives a restart of the client. */
const kept = ownStorage<number>('duty_until', () => 0);

const listeners = new Set<(duty: Duty) => void>();
let wanted = false;
let idle = false;
let until: number | null = null;
let movedAt = 0;
let told: Duty = 'off';
let leaveDesk: (() => void) | null = null;
let timer = 0;

/** How this librarian stands at the desk now. */
export function dutyNow(): Duty {
  return dutyOf({ wanted, idle, until }, serverNow());
}

/** Calls the listener at each change, until the returned function is called. */
export function onDuty(listener: (duty: Duty) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  const duty = dutyNow();
  if (duty === told) return;
  told = duty;
  listeners.forEach((listener) => listener(duty));
}

function heard(lease: HereUntil): void {
  until = Date.parse(lease.until);
  kept.write(until);
  tell();
}

function look(): void {
  if (!idle && Date.now() - movedAt >= IDLE_MS) {
    idle = true;
    leaveDesk?.();
    leaveDesk = null;
  }
  tell();
}

function begin(): void {
  wanted = true;
  idle = false;
  movedAt = Date.now();
  leaveDesk ??= beHere(true, heard);
  clearInterval(timer);
  timer = setInterval(look, LOOK_MS);
  tell();
}

function forgetDuty(): void {
  wanted = false;
  idle = false;
  until = null;
  clearInterval(timer);
  leaveDesk?.();
  leaveDesk = null;
  tell();
}

/** Takes conversations from now on; raises ApiError when the server does not hear of it. */
export async function goOnDuty(): Promise<void> {
  heard(await ask<HereUntil>('presence_here', { duty: true }));
  begin();
}

/** Takes none any more. What one has returns to the queue, at once when the server hears of it, else with the lease. */
export async function endDuty(): Promise<void> {
  kept.write(0);
  await ask('presence_here', { duty: false }).catch(() => undefined);
  forgetDuty();
}

/** The librarian touched the screen or a key: who was idle is here again. */
export function stir(): void {
  if (!wanted) return;
  movedAt = Date.now();
  if (idle) begin();
}

/** At the start of the client, by who is known then: a duty that was not ended goes on if that was a short while ago. */
export function goOnWithDuty(): void {
  wx.onAppShow(stir);
  onIdentity(forgetDuty);
  if (goesOn(kept.read(), serverNow())) begin();
}
