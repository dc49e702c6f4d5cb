import type { FeedbackTopic, FeedbackView, RatedKind } from '../api/types';
import { feedbackStates, topicNames, unsentStates } from '../words/feedback';
import type { KeptFeedback } from './feedback-outbox';
import { moment } from './time';

/** As long as the server takes. */
export const LONGEST_TEXT = 1000;
/** From how few letters on the reader is told how many are left. */
const SOON_FULL = 100;
/** Up to how many stars one is asked what could be better. */
const LOW_STARS = 2;

/** A row of the list of what one has told; `id` is '' for what has not been sent, which `key` names. */
export interface FeedbackRow {
  key: string;
  id: string;
  topic: string;
  text: string;
  time: string;
  word: string;
  tone: string;
  note: string;
}

export function rowOf(view: FeedbackView, now: number): FeedbackRow {
  const { word, tone } = feedbackStates[view.state];
  const { id, text, at } = view;
  return { key: id, id, topic: topicNames[view.topic], text, time: moment(at, now), word, tone, note: '' };
}

export function unsentRow({ key, payload, refusal }: KeptFeedback): FeedbackRow {
  const { word, tone } = refusal ? unsentStates.refused : unsentStates.waits;
  const note = refusal || unsentStates.waits.line;
  return { key, id: '', topic: topicNames[payload.topic], text: payload.text, time: '', word, tone, note };
}

/** How many letters are left, once that matters; the server counts letters, not halves of them. */
export function lettersLeft(text: string): number | null {
  const left = LONGEST_TEXT - [...text].length;
  return left <= SOON_FULL ? left : null;
}

export function isTopic(name: string | undefined): name is FeedbackTopic {
  return name !== undefined && Object.keys(topicNames).includes(name);
}

/** Where to tell what could be better, when few stars were given. */
export function betterPage(kind: RatedKind, stars: number): string {
  if (stars > LOW_STARS) return '';
  return `/pages/feedback/tell?topic=${kind === 'visit' ? 'space' : 'service'}`;
}
