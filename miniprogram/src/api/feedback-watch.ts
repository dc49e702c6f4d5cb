import { ask } from './ask';
import { onIdentity } from './session';
import { SharedWatch } from './shared-watch';
import { watchStream } from './stream-watch';
import type { FeedbackBox, FeedbackInbox, FeedbackLine, FeedbackNews, Page, RatingTotals } from './types';

/** The inbox as it is now. */
export interface InboxNow {
  waiting: number;
  held: number;
  ratings: RatingTotals;
}

interface Follower {
  onInbox: (inbox: InboxNow) => void;
  /**
   * What changed, with absolute states, and the ids of what is gone to others; null when changes were missed and lists
   * are to be fetched anew.
   */
  onLines: (lines: FeedbackLine[] | null, gone: readonly string[]) => void;
  onError: (error: unknown) => void;
}

const BOXES: FeedbackBox[] = ['new', 'mine', 'others', 'answered'];

const followers = new Set<Follower>();
let current: InboxNow | null = null;

function tell(inbox: InboxNow, lines: FeedbackLine[] | null, gone: readonly string[] = []): void {
  current = inbox;
  followers.forEach(({ onInbox, onLines }) => {
    onInbox(inbox);
    onLines(lines, gone);
  });
}

function begin(): () => void {
  return watchStream<FeedbackInbox, FeedbackNews>({
    watch: 'feedback_watch',
    leave: 'feedback_leave',
    payload: {},
    path: '/api/feedback-inbox',
    changed: 'feedback_news',
    number: 'feedback_number',
    isMine: () => true,
    onWhole: (inbox) => tell(inbox, null),
    onChange: (news) => tell(news, news.items, news.gone),
    onError: (error) => followers.forEach(({ onError }) => onError(error)),
  });
}

const watch = new SharedWatch(begin, () => {
  current = null;
});

/** Follows the inbox until the returned function is called; all who follow share one watch. */
export function followInbox({
  onInbox,
  onLines = () => undefined,
  onError = () => undefined,
}: Pick<Follower, 'onInbox'> & Partial<Follower>): () => void {
  const follower = { onInbox, onLines, onError };
  followers.add(follower);
  if (current) onInbox(current);
  const leave = watch.follow();
  return () => {
    followers.delete(follower);
    leave();
  };
}

/** A part of a box, of a department or of all, the latest first. Raises ApiError. */
export function fetchBox(
  box: FeedbackBox,
  after: string | null,
  limit: number,
  department = '',
): Promise<Page<FeedbackLine>> {
  return ask<Page<FeedbackLine>>('feedback_list', { box, department_id: department || null, after, limit });
}

/** One of them, in whichever box it lies; null when in none. Raises ApiError. */
export async function findFeedback(id: string): Promise<FeedbackLine | null> {
  const justAfter = String(Number(id) + 1);
  const parts = await Promise.all(BOXES.map((box) => fetchBox(box, justAfter, 1)));
  return parts.flatMap(({ items }) => items).find((line) => line.id === id) ?? null;
}

// Somebody else holds the phone: what is theirs is asked for as them.
onIdentity(() => watch.restart());
