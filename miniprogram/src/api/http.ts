import { apiBase, clientVersion } from '../config';
import { headerOf } from '../logic/headers';
import { common } from '../words/common';
import { noteServerTime } from './clock';
import { noteReached, noteUnreached } from './network';
import { demandUpdate } from './update';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const TIMEOUT_MS = 15_000;

/** A refusal with the sentence to show; `offline` when no answer came, so the outcome is unknown. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
    readonly requestId = '',
    readonly status = 0,
  ) {
    super(message);
    // The compiled class may target ES5, where extending Error loses the prototype.
    Object.setPrototypeOf(this, ApiError.prototype);
  }
}

interface Answer {
  statusCode: number;
  header: Record<string, unknown>;
  data: unknown;
}

/** The error in a refused answer, or ours when something between us and the server answered instead. */
export function errorOf(data: unknown, status: number, requestId: string): ApiError {
  const error = (data as { error?: Record<string, unknown> } | null)?.error;
  if (typeof error?.code !== 'string' || typeof error.message !== 'string') {
    return new ApiError('our_fault', common.ourFault, {}, requestId, status);
  }
  const details = (error.details ?? {}) as Record<string, unknown>;
  return new ApiError(error.code, error.message, details, String(error.request_id ?? requestId), status);
}

/** One request, once. Raises ApiError for a refusal and for silence. */
export function send<T>(method: Method, path: string, body: object | undefined, token: string): Promise<T> {
  const sentAt = Date.now();
  return new Promise<T>((resolve, reject) => {
    wx.request({
      url: apiBase + path,
      method,
      data: body,
      timeout: TIMEOUT_MS,
      header: {
        'X-Client-Version': clientVersion,
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      success: (result) => {
        const answer = result as Answer;
        noteReached();
        noteServerTime(answer.header, sentAt);
        if (answer.statusCode < 400) {
          resolve(answer.data as T);
          return;
        }
        const error = errorOf(answer.data, answer.statusCode, headerOf(answer.header, 'X-Request-Id'));
        if (error.code === 'client_too_old') demandUpdate();
        reject(error);
      },
      fail: ({ errMsg }) => {
        // What WeChat breaks off in the background says nothing of the network.
        if (!errMsg.includes('interrupted')) noteUnreached();
        reject(new ApiError('offline', common.offline));
      },
    });
  });
}
