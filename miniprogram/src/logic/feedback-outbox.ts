import type { FeedbackTopic, RatedKind } from '../api/types';

/** What a reader told or rated, kept until the server has it. */
interface Told {
  event: 'feedback_send';
  payload: {
    local_id: string;
    topic: FeedbackTopic;
    text: string;
    may_answer: boolean;
    picture_ids?: string[];
    department_id?: string;
  };
}
interface Given {
  event: 'rating_give';
  payload: { local_id: string; kind: RatedKind; id: string; stars: number };
}
interface Declined {
  event: 'rating_decline';
  payload: { kind: RatedKind; id: string };
}
export type Wish = Told | Given | Declined;

export type Kept = Wish & {
  key: string;
  /** Why the server did not take it; '' while it may still be stored. */
  refusal: string;
};
export type KeptFeedback = Extract<Kept, Told>;

/** What goes next: the oldest that was not refused. */
export function nextOf(list: readonly Kept[]): Kept | undefined {
  return list.find(({ refusal }) => refusal === '');
}

export function without(list: readonly Kept[], key: string): Kept[] {
  return list.filter((kept) => kept.key !== key);
}

/** A refused text stays for its author; a refused rating is of no use to anybody. */
export function withRefusal(list: readonly Kept[], key: string, refusal: string): Kept[] {
  const told = list.filter((kept) => kept.key !== key || kept.event === 'feedback_send');
  return told.map((kept) => (kept.key === key ? { ...kept, refusal } : kept));
}

export function feedbackIn(list: readonly Kept[]): KeptFeedback[] {
  return list.filter((kept): kept is KeptFeedback => kept.event === 'feedback_send');
}

/** Whether a rating of this thing, or that the reader would rather not, is on its way. */
export function isRated(list: readonly Kept[], kind: RatedKind, id: string): boolean {
  return list.some(
    (kept) => kept.event !== 'feedback_send' && kept.payload.kind === kind && kept.payload.id === id,
  );
}
