import { ApiError, send, type Method } from './http';
import { ensureSignedIn, forget, signedOutByChoice, tokenNow } from './session';

export { ApiError };

const REPEAT_AFTER_MS = 800;

/** A key that makes a POST repeatable: the same key again gives the same answer. */
export function newKey(): string {
  const random = () => Math.random().toString(36).slice(2, 12).padEnd(10, '0');
  return `${Date.now().toString(36)}-${random()}${random()}`;
}

function isRepeatable(method: Method, body: object | undefined): boolean {
  return method === 'GET' || (body !== undefined && 'idempotency_key' in body);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function sendAgainWhenSilent<T>(method: Method, path: string, body: object | undefined): Promise<T> {
  try {
    return await send<T>(method, path, body, tokenNow());
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'offline' || !isRepeatable(method, body)) throw error;
    await pause(REPEAT_AFTER_MS);
    return send<T>(method, path, body, tokenNow());
  }
}

/**
 * Asks the server, as whoever is signed in. An answer of 401 signs in and asks once more; silence is answered
 * by asking a repeatable request once more. Raises ApiError, whose message is to be shown as it is.
 */
export async function request<T>(method: Method, path: string, body?: object): Promise<T> {
  const asked = tokenNow();
  try {
    return await sendAgainWhenSilent<T>(method, path, body);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    // Asked before the person signed out: it must not sign them in again.
    if (asked && signedOutByChoice()) throw error;
    if (asked && asked === tokenNow()) forget();
    await ensureSignedIn();
    return sendAgainWhenSilent<T>(method, path, body);
  }
}
