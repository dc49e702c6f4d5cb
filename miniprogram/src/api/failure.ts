import { common } from '../words/common';
import { ApiError } from './http';

export interface Failure {
  text: string;
  /** '' when the server never saw the request. */
  requestId: string;
}

/** What a page shows of an error: the server's sentence, or ours when the fault is in the client. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) return { text: error.message, requestId: error.requestId };
  console.error(error);
  return { text: common.ourFault, requestId: '' };
}

/** Tells a failure in passing, for an action whose page stays as it was. */
export function tellFailure(error: unknown): void {
  const { text, requestId } = failureOf(error);
  const content = requestId ? `${text}\n${common.requestId}${requestId.slice(0, 8)}` : text;
  void wx.showModal({ title: common.notDone, content, showCancel: false, confirmText: common.understood });
}
