import { io, type Socket } from 'wenjin-socket';
import { apiBase, clientVersion } from '../config';
import { common } from '../words/common';
import { ApiError, errorOf } from './http';
import { noteReached } from './network';
import { forget, tokenNow } from './session';
import { demandUpdate } from './update';

const ANSWER_MS = 8_000;
/** Before the first attempt after a loss; chance moves it by up to four fifths, so that thousands do not come at once. */
const FIRST_DELAY_MS = 3_000;
const SPREAD = 0.8;
/** The same after a server has said that it goes: then all have lost it, and none of them is alone. */
const ALL_DELAY_MS = 8_000;
const ALL_SPREAD = 0.9;
const LONGEST_DELAY_MS = 15_000;
/** Within it chance says when what may have been missed is asked for: the server has told everybody at once. */
const RESYNC_WITHIN_MS = 3_000;
/** WeChat stops the client's timers this long after it is hidden: a socket older than that is not to be believed. */
const SUSPENDED_AFTER_MS = 5_000;

type Listener = (payload: never) => void;
type Ack = { data?: unknown; error?: unknown };

const listeners = new Map<string, Set<Listener>>();
const connectionListeners = new Set<(connected: boolean) => void>();

let socket: Socket | null = null;
let hiddenAt: number | null = null;
/** The token that the connection was opened with. */
let introduced = '';
/** Whether the server was asked to let the connection in and has not answered: asked once more, it refuses. */
let asking = false;

function told(event: string, payload: unknown): void {
  listeners.get(event)?.forEach((listener) => listener(payload as never));
}

function tellConnection(connected: boolean): void {
  connectionListeners.forEach((listener) => listener(connected));
}

function connect(): void {
  if (!asking) socket?.connect();
}

function reconnectSoon(): void {
  setTimeout(connect, FIRST_DELAY_MS * (1 - SPREAD + 2 * SPREAD * Math.random()));
}

function spread(opened: Socket, delayMs: number, part: number): void {
  opened.io.reconnectionDelay(delayMs);
  opened.io.randomizationFactor(part);
}

function open(): Socket {
  const opened = io(apiBase || undefined, {
    autoConnect: false,
    forceNew: true,
    auth: (give: (values: object) => void) => {
      introduced = tokenNow();
      asking = true;
      give({ ...(introduced ? { token: introduced } : {}), client_version: clientVersion });
    },
    reconnectionDelay: FIRST_DELAY_MS,
    reconnectionDelayMax: LONGEST_DELAY_MS,
    randomizationFactor: SPREAD,
  });
  opened.on('resync', () => {
    setTimeout(() => live.connected() && tellConnection(true), RESYNC_WITHIN_MS * Math.random());
  });
  opened.on('server_stopping', () => spread(opened, ALL_DELAY_MS, ALL_SPREAD));
  opened.on('connect', () => {
    asking = false;
    spread(opened, FIRST_DELAY_MS, SPREAD);
    noteReached();
    if (introduced === tokenNow()) tellConnection(true);
    else live.restart();
  });
  opened.on('disconnect', (reason: string) => {
    asking = false;
    tellConnection(false);
    // The library reconnects by itself unless the server was the one to hang up.
    if (reason === 'io server disconnect') reconnectSoon();
  });
  opened.on('connect_error', (error: { data?: { code?: string } }) => {
    asking = false;
    // After a lost network the library tries again by itself; a refusal ends its attempts.
    if (opened.active) return;
    if (error.data?.code === 'client_too_old') demandUpdate();
    else if (error.data?.code === 'sign_in_needed' && tokenNow()) forget();
    else reconnectSoon();
  });
  for (const event of listeners.keys()) opened.on(event, (payload: unknown) => told(event, payload));
  return opened;
}

/** The one live connection: news from the server, and questions that need a live answer. */
export const live = {
  /** Whether the connection stands, as whoever is signed in now: one that was opened as a guest is not theirs. */
  connected: (): boolean => (socket?.connected ?? false) && introduced === tokenNow(),

  /** Opens the connection; once open it keeps itself open. */
  start(): void {
    socket ??= open();
    connect();
  },

  /** Connects anew as whoever is signed in now; a connection that is still being made finds out by itself. */
  restart(): void {
    if (socket?.connected) socket.disconnect();
    connect();
  },

  hidden(): void {
    hiddenAt = Date.now();
  },

  shown(): void {
    const suspended = hiddenAt !== null && Date.now() - hiddenAt > SUSPENDED_AFTER_MS;
    hiddenAt = null;
    if (suspended) live.retry();
  },

  /** Connects at once instead of at the next planned attempt: the network may just have come back. */
  retry(): void {
    socket?.disconnect();
    asking = false;
    connect();
  },

  /** Calls the listener for each push of this name, until the returned function is called. */
  on<T>(event: string, listener: (payload: T) => void): () => void {
    let those = listeners.get(event);
    if (!those) {
      those = new Set();
      listeners.set(event, those);
      socket?.on(event, (payload: unknown) => told(event, payload));
    }
    those.add(listener);
    return () => those.delete(listener);
  },

  /** Calls the listener at each of these pushes, and without one when some may have been missed, until the returned
   *  function is called. */
  onNews<T>(events: string[], listener: (payload?: T) => void): () => void {
    const offs = [
      ...events.map((event) => live.on<T>(event, listener)),
      live.onConnection((connected) => connected && listener()),
    ];
    return () => offs.forEach((off) => off());
  },

  /** Calls the listener when the connection opens, has missed something, or breaks, until the returned function is called. */
  onConnection(listener: (connected: boolean) => void): () => void {
    connectionListeners.add(listener);
    return () => connectionListeners.delete(listener);
  },

  /** Asks over the connection; raises ApiError, with code `offline` when no answer comes within eight seconds. */
  ask<T>(event: string, payload: object): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!socket || !live.connected()) {
        reject(new ApiError('offline', common.offline));
        return;
      }
      socket.timeout(ANSWER_MS).emit(event, payload, (late: Error | null, ack?: Ack) => {
        if (late) reject(new ApiError('offline', common.offline));
        else if (ack?.error) reject(errorOf(ack, 0, ''));
        else resolve(ack?.data as T);
      });
    });
  },
};
