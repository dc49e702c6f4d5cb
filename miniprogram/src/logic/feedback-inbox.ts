import type { FeedbackBox, FeedbackLine, Picture, StarCount } from '../api/types';
import { topicNames } from '../words/feedback';
import { inboxSay, inboxWords } from '../words/feedback-desk';
import { deskWords } from '../words/desk';
import { shortMoment } from './time';

/** Where something lies for this librarian; null when it has left the inbox. */
export function boxOf({ state, librarian }: FeedbackLine, me: string | null): FeedbackBox | null {
  if (state === 'returned') return null;
  if (state === 'received' || state === 'held') return 'new';
  if (state === 'taken') return librarian !== null && librarian.id === me ? 'mine' : 'others';
  return 'answered';
}

/**
 * Absolute states of what changed put into the shown part of a box, of a department or of all, the latest first.
 * `more`: there are older ones that were not fetched, so what is older than the last shown waits until it is.
 */
export function withNews(
  lines: readonly FeedbackLine[],
  news: readonly FeedbackLine[],
  box: FeedbackBox,
  { me, more, department = '' }: { me: string | null; more: boolean; department?: string },
): FeedbackLine[] {
  const oldest = lines.length && more ? Number(lines[lines.length - 1]?.id) : 0;
  const byId = new Map(lines.map((line) => [line.id, line]));
  for (const line of news) {
    const elsewhere = department !== '' && line.department?.id !== department;
    if (elsewhere || boxOf(line, me) !== box) byId.delete(line.id);
    else if (byId.has(line.id) || Number(line.id) > oldest) byId.set(line.id, line);
  }
  return [...byId.values()].sort((a, b) => Number(b.id) - Number(a.id));
}

export interface Bar {
  stars: number;
  count: number;
  /** Of all ratings, in whole percent; the bar's length. */
  percent: number;
  label: string;
}

/** Five bars, five stars first, with what they say to who listens. */
export function barsOf({ stars, total }: StarCount): Bar[] {
  return [5, 4, 3, 2, 1].map((star) => {
    const count = stars[star - 1] ?? 0;
    const percent = total ? Math.round((100 * count) / total) : 0;
    return { stars: star, count, percent, label: inboxSay.bar(star, count, percent) };
  });
}

/** `平均 4.6 星，共 23 次`. */
export function averageOf({ stars, total }: StarCount): string {
  if (total === 0) return inboxSay.noRatings;
  const sum = stars.reduce((all, count, at) => all + count * (at + 1), 0);
  return inboxSay.average((sum / total).toFixed(1), total);
}

/** Something as the list shows it. */
export interface OpinionView {
  id: string;
  topic: string;
  name: string;
  department: string;
  text: string;
  pictures: Picture[];
  when: string;
  who: string;
  held: boolean;
  silent: boolean;
  unchecked: boolean;
}

export function opinionView(line: FeedbackLine, now: number): OpinionView {
  return {
    id: line.id,
    topic: topicNames[line.topic],
    name: line.reader_name ?? deskWords.reader,
    department: line.department?.name ?? '',
    text: line.text,
    pictures: line.pictures,
    when: shortMoment(line.at, now),
    who: line.librarian ? (line.librarian.name ?? deskWords.colleague) : '',
    held: line.state === 'held',
    silent: !line.may_answer && line.state !== 'answered' && line.state !== 'noted',
    unchecked: line.unchecked,
  };
}

/** What a librarian may do with one now. */
export type Task = 'look' | 'take' | 'answer' | 'none';

export function taskOf(line: FeedbackLine, me: string | null): Task {
  if (line.state === 'held') return 'look';
  const box = boxOf(line, me);
  if (box === 'new') return 'take';
  return box === 'mine' ? 'answer' : 'none';
}

/** The boxes in the order of their tabs, with how many wait in the first. */
export function boxTabs(waiting: number): { box: FeedbackBox; name: string }[] {
  const names = inboxWords.boxes;
  return (Object.keys(names) as FeedbackBox[]).map((box) => ({
    box,
    name: box === 'new' && waiting ? `${names[box]} ${waiting}` : names[box],
  }));
}
