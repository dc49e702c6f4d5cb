import { common } from '../words/common';
import { ApiError, send } from './http';
import type { Me, SignedIn } from './types';

const TOKEN = 'token';
const SIGNED_OUT = 'signed_out';
const guest: Me = {
  id: null,
  nickname: null,
  phone: null,
  roles: ['guest'],
  held: [],
  permissions: [],
  unread: 0,
  chat_unread: 0,
  closes_at: null,
  review_open: false,
  reminders: [],
};

let token: string = wx.getStorageSync(TOKEN) || '';
let current: Me = guest;
let signingIn: Promise<Me> | null = null;
/** While the server is told that the person signs out: it may have heard, and refuse what was asked before. */
let leaving = false;

const meListeners = new Set<(me: Me) => void>();
const identityListeners = new Set<() => void>();

export function tokenNow(): string {
  return token;
}

/** Who is using the client now; a guest until signed in. */
export function me(): Me {
  return current;
}

/** Whether the person chose to sign out: then nothing but their own tap signs them in again. */
export function signedOutByChoice(): boolean {
  return leaving || Boolean(wx.getStorageSync(SIGNED_OUT));
}

/** Calls the listener whenever something about the person changed, until the returned function is called. */
export function onMe(listener: (me: Me) => void): () => void {
  meListeners.add(listener);
  return () => meListeners.delete(listener);
}

/** Calls the listener when another person (or a guest) uses the client from now on. */
export function onIdentity(listener: () => void): () => void {
  identityListeners.add(listener);
  return () => identityListeners.delete(listener);
}

/** Takes what the server said about the person. */
export function setMe(said: Me): void {
  current = said;
  meListeners.forEach((listener) => listener(said));
}

export function setUnread(unread: number): void {
  if (unread !== current.unread) setMe({ ...current, unread });
}

export function setChatUnread(chat_unread: number): void {
  if (chat_unread !== current.chat_unread) setMe({ ...current, chat_unread });
}

function setToken(next: string): void {
  if (next === token) return;
  token = next;
  if (next) wx.setStorageSync(TOKEN, next);
  else wx.removeStorageSync(TOKEN);
  identityListeners.forEach((listener) => listener());
}

/** Becomes a guest on this phone. The templates of reminders stay known: asking for consent needs them at once. */
export function forget(): void {
  const reminders = current.reminders.map((reminder) => ({ ...reminder, balance: 0 }));
  setToken('');
  setMe({ ...guest, reminders });
}

/** Fetches who we are; a session that has ended leaves a guest. Raises ApiError. */
export async function refreshMe(): Promise<Me> {
  const asked = token;
  try {
    const said = await send<Me>('GET', '/api/me', undefined, asked);
    if (asked === token) setMe(said);
    return current;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || !asked) throw error;
    if (asked === token) forget();
    return refreshMe();
  }
}

function loginCode(): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new ApiError('login_failed', common.loginFailed));
    wx.login({ success: ({ code }) => resolve(code), fail });
  });
}

async function exchange(): Promise<SignedIn> {
  return send<SignedIn>('POST', '/api/sign-in', { code: await loginCode() }, '');
}

async function signIn(): Promise<Me> {
  const signedIn = await exchange().catch((error: unknown) => {
    // A code lives five minutes and works once: a refused one is worth one new one.
    if (error instanceof ApiError && error.code === 'code_refused') return exchange();
    throw error;
  });
  become(signedIn);
  return signedIn.me;
}

function become(signedIn: SignedIn): void {
  wx.removeStorageSync(SIGNED_OUT);
  // First who it is: whoever hears of the new token at once must not take it for the last person's.
  setMe(signedIn.me);
  setToken(signedIn.token);
}

/** Signs in when nobody is; callers at the same time share one sign-in. Raises ApiError. */
export async function ensureSignedIn(): Promise<Me> {
  if (token && current.id !== null) return current;
  if (token) {
    const said = await refreshMe();
    if (said.id !== null) return said;
  }
  signingIn ??= signIn().finally(() => {
    signingIn = null;
  });
  return signingIn;
}

/** Goes on in the sample, as the reviewer whom the code lets in; the person's own session here ends. Raises ApiError. */
export async function enterReview(code: string): Promise<void> {
  await ensureSignedIn();
  const own = token;
  become(await send<SignedIn>('POST', '/api/review', { code }, own));
  void send('POST', '/api/sign-out', { everywhere: false }, own).catch(() => {});
}

/** Goes back from the sample to the person's own account. Raises ApiError. */
export async function leaveReview(): Promise<void> {
  await signOut(false);
  await ensureSignedIn();
}

/** The person ended this session, here or on another phone: a guest from now on, until they ask to sign in. */
export function leave(): void {
  wx.setStorageSync(SIGNED_OUT, true);
  forget();
}

/** Ends this session, or every session of the person; raises ApiError and changes nothing when the server is silent. */
export async function signOut(everywhere: boolean): Promise<void> {
  leaving = true;
  try {
    await send('POST', '/api/sign-out', { everywhere }, token).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    });
    leave();
  } finally {
    leaving = false;
  }
}
