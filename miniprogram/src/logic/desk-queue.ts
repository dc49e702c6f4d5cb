import type { DeskLine } from '../api/types';
import { deskSay } from '../words/desk';

/** The desk by who has what: the queue, longest first; what one has oneself; what colleagues have. */
export interface DeskLists {
  waiting: DeskLine[];
  mine: DeskLine[];
  others: DeskLine[];
}

const MINUTE_MS = 60_000;

/** Absolute states of changed lines put into the list; what is closed leaves it, and what is gone to others. */
export function withChanged(
  lines: readonly DeskLine[],
  changed: readonly DeskLine[],
  gone: readonly string[] = [],
): DeskLine[] {
  const byId = new Map(lines.map((line) => [line.id, line]));
  for (const line of changed) {
    if (line.state === 'closed') byId.delete(line.id);
    else byId.set(line.id, line);
  }
  gone.forEach((id) => byId.delete(id));
  return [...byId.values()];
}

/** Who was handed back or lost their librarian comes first, then who waits longest. */
function inQueue(a: DeskLine, b: DeskLine): number {
  if (a.first_place !== b.first_place) return a.first_place ? -1 : 1;
  return Date.parse(a.waiting_since) - Date.parse(b.waiting_since) || Number(a.id) - Number(b.id);
}

function byLatest(a: DeskLine, b: DeskLine): number {
  return Date.parse(b.last_at) - Date.parse(a.last_at) || Number(b.id) - Number(a.id);
}

export function listsOf(lines: readonly DeskLine[], me: string | null): DeskLists {
  const claimed = lines.filter(({ state }) => state === 'claimed');
  const isMine = ({ librarian }: DeskLine) => librarian !== null && librarian.id === me;
  return {
    waiting: lines.filter(({ state }) => state === 'waiting').sort(inQueue),
    mine: claimed.filter(isMine).sort(byLatest),
    others: claimed.filter((line) => !isMine(line)).sort(byLatest),
  };
}

/** What asks for this librarian: who waits, and what readers of theirs wrote that they have not read. */
export function deskCount({ waiting, mine }: DeskLists): number {
  return waiting.length + mine.reduce((sum, { unread }) => sum + unread, 0);
}

/**
 * Whether something came that a librarian should hear of: a reader who was not in the queue before, or words of a
 * reader of theirs in a conversation that is not the one they look at.
 */
export function isNews(before: DeskLists, after: DeskLists, looksAt: string | null): boolean {
  const waited = new Set(before.waiting.map(({ id }) => id));
  if (after.waiting.some(({ id }) => !waited.has(id))) return true;
  const unread = new Map(before.mine.map((line) => [line.id, line.unread]));
  return after.mine.some((line) => line.id !== looksAt && line.unread > (unread.get(line.id) ?? line.unread));
}

/** How long a reader waits, in words; `now` is ms by the server's clock. */
export function waited(since: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(since)) / MINUTE_MS));
  if (minutes < 1) return deskSay.justNow;
  if (minutes < 60) return deskSay.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? deskSay.hours(hours, minutes % 60) : deskSay.days(Math.floor(hours / 24));
}

/** Whether the reader has the mini-program in front, as far as the server knew. */
export function isHere({ reader_here_until: until }: DeskLine, now: number): boolean {
  return until !== null && Date.parse(until) > now;
}

/** The id before (-1) or after (1) the chosen one; the first when none is chosen, the same at either end. */
export function beside(ids: readonly string[], chosen: string | null, by: 1 | -1): string | null {
  const at = chosen === null ? -1 : ids.indexOf(chosen);
  if (at < 0) return ids[0] ?? null;
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))] ?? null;
}

/** Words offered for filing: those used last, then the common ones, each once. */
export function tagsOffered(used: readonly string[], common: readonly string[], most = 8): string[] {
  return [...new Set([...used, ...common])].slice(0, most);
}
