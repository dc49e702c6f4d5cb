import {
  feedbackIn,
  isRated,
  nextOf,
  withRefusal,
  without,
  type Kept,
  type KeptFeedback,
  type Wish,
} from '../logic/feedback-outbox';
import { ask, isPassing } from './ask';
import { ownStorage } from './own-storage';
import { ApiError, newKey } from './request';
import { onIdentity } from './session';
import { trying } from './trying';
import type { FeedbackSent, FeedbackTopic, RatedKind } from './types';

type Settled = (key: string, outcome: { sent: FeedbackSent } | { refusal: string }) => void;

const storage = ownStorage<Kept[]>('told', () => []);
const changeListeners = new Set<() => void>();
const settledListeners = new Set<Settled>();
let tries: ReturnType<typeof trying> | null = null;
let underWay = false;

function keep(list: Kept[]): void {
  storage.write(list);
  changeListeners.forEach((listener) => listener());
}

async function pump(): Promise<void> {
  const next = nextOf(storage.read());
  if (underWay || !next || tries?.waits()) return;
  underWay = true;
  try {
    const sent = await ask<FeedbackSent>(next.event, next.payload);
    keep(without(storage.read(), next.key));
    settledListeners.forEach((listener) => listener(next.key, { sent }));
    tries?.well();
  } catch (error) {
    // It may be stored though no answer came: the same is asked again until one does.
    if (!(error instanceof ApiError) || isPassing(error)) {
      tries?.later(error);
      return;
    }
    keep(withRefusal(storage.read(), next.key, error.message));
    settledListeners.forEach((listener) => listener(next.key, { refusal: error.message }));
  } finally {
    underWay = false;
  }
  void pump();
}

function add(wish: Wish, key: string): string {
  keep([...storage.read(), { ...wish, key, refusal: '' }]);
  void pump();
  return key;
}

/** What was told and rated and is not stored yet: kept over any break and restart, sent in its order, each once. */
export const told = {
  /** For the app's start: sends what the last run left. */
  start(): void {
    onIdentity(() => changeListeners.forEach((listener) => listener()));
    tries = trying(() => void pump());
  },

  /** Kept before anything else, then sent: the key by which `onSettled` tells of it. */
  tell(
    topic: FeedbackTopic,
    text: string,
    may_answer: boolean,
    { pictures = [], department = '' }: { pictures?: string[]; department?: string } = {},
  ): string {
    const local_id = newKey();
    const goesTo = department ? { department_id: department } : {};
    const payload = { local_id, topic, text, may_answer, picture_ids: pictures, ...goesTo };
    return add({ event: 'feedback_send', payload }, local_id);
  },

  rate(kind: RatedKind, id: string, stars: number): void {
    const local_id = newKey();
    add({ event: 'rating_give', payload: { local_id, kind, id, stars } }, local_id);
  },

  decline(kind: RatedKind, id: string): void {
    add({ event: 'rating_decline', payload: { kind, id } }, newKey());
  },

  unsent(): KeptFeedback[] {
    return feedbackIn(storage.read());
  },

  isRated(kind: RatedKind, id: string): boolean {
    return isRated(storage.read(), kind, id);
  },

  drop(key: string): void {
    keep(without(storage.read(), key));
  },

  /** Calls the listener whenever something came in or left, until the returned function is called. */
  onChange(listener: () => void): () => void {
    changeListeners.add(listener);
    return () => changeListeners.delete(listener);
  },

  /** Calls the listener when something is stored, or was refused. */
  onSettled(listener: Settled): () => void {
    settledListeners.add(listener);
    return () => settledListeners.delete(listener);
  },
};
