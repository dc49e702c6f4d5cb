import { ApiError, request } from './request';
import { live } from './socket';
import type { Method } from './http';

/** What may be asked over HTTP as well, when no live connection stands. */
const TWINS = {
  chat_state: ['GET', '/api/chat-state'],
  chat_list: ['GET', '/api/chats'],
  chat_history: ['GET', '/api/chats/{conversation_id}'],
  chat_resume: ['GET', '/api/chats/{conversation_id}/events'],
  chat_send: ['POST', '/api/chat-messages'],
  chat_mark: ['POST', '/api/chats/{conversation_id}/marks'],
  presence_here: ['POST', '/api/presence'],
  presence_away: ['POST', '/api/presence/away'],
  desk_watch: ['GET', '/api/desk'],
  desk_closed: ['GET', '/api/desk/closed'],
  desk_claim: ['POST', '/api/desk/{conversation_id}/claim'],
  desk_hand_back: ['POST', '/api/desk/{conversation_id}/hand-back'],
  desk_hand_on: ['POST', '/api/desk/{conversation_id}/hand-on'],
  desk_close: ['POST', '/api/desk/{conversation_id}/close'],
  desk_held: ['GET', '/api/desk/held'],
  desk_show_text: ['POST', '/api/desk/held/{message_id}/show'],
  desk_return_text: ['POST', '/api/desk/held/{message_id}/return'],
  feedback_send: ['POST', '/api/feedback'],
  feedback_mine: ['GET', '/api/feedback'],
  feedback_show: ['GET', '/api/feedback/{feedback_id}'],
  feedback_read: ['POST', '/api/feedback/{feedback_id}/read'],
  rating_offer: ['GET', '/api/rating-offer'],
  rating_give: ['POST', '/api/ratings'],
  rating_decline: ['POST', '/api/ratings/decline'],
  feedback_watch: ['GET', '/api/feedback-inbox'],
  feedback_list: ['GET', '/api/feedback-inbox/lines'],
  feedback_take: ['POST', '/api/feedback-inbox/{feedback_id}/take'],
  feedback_give_back: ['POST', '/api/feedback-inbox/{feedback_id}/give-back'],
  feedback_hand_on: ['POST', '/api/feedback-inbox/{feedback_id}/hand-on'],
  feedback_answer: ['POST', '/api/feedback-inbox/{feedback_id}/answer'],
  feedback_note: ['POST', '/api/feedback-inbox/{feedback_id}/note'],
  feedback_show_text: ['POST', '/api/feedback-inbox/{feedback_id}/show'],
  feedback_return_text: ['POST', '/api/feedback-inbox/{feedback_id}/return'],
} satisfies Record<string, [Method, string]>;

type Question = keyof typeof TWINS;

/** Refusals that pass by themselves, and silence. */
const PASSING = ['offline', 'our_fault', 'try_later', 'too_many', 'sign_in_needed', 'login_failed'];

/** Whether the same question may be answered otherwise in a moment; it may even have been heard. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || PASSING.includes(error.code);
}

/** The request that asks the same: names in braces leave the payload for the path, the rest is query or body. */
export function twinOf(event: Question, payload: object): { method: Method; path: string; body?: object } {
  const [method, pattern] = TWINS[event] as [Method, string];
  const rest = { ...payload } as Record<string, unknown>;
  const path = pattern.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  if (method !== 'GET') return { method, path, body: rest };
  const query = Object.entries(rest)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return { method, path: query.length ? `${path}?${query.join('&')}` : path };
}

/** Of the live connection, and no refusal: the other way may do better. Every question bears being asked twice. */
const NO_ANSWER = ['offline', 'sign_in_needed'];

/**
 * Asks over the live connection while it stands, else over HTTP, also when the connection brings no answer; the same
 * handler answers. Raises ApiError, with code `offline` when no answer came: what was asked may have happened.
 */
export async function ask<T>(event: Question, payload: object = {}): Promise<T> {
  if (live.connected()) {
    try {
      return await live.ask<T>(event, payload);
    } catch (error) {
      if (!(error instanceof ApiError) || !NO_ANSWER.includes(error.code)) throw error;
    }
  }
  const { method, path, body } = twinOf(event, payload);
  return request<T>(method, path, body);
}
