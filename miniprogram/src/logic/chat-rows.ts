import type { ChatMarks, ChatMessage, ChatSide } from '../api/types';
import { bubbleWords as words, happened } from '../words/chat';
import type { Entry } from './chat-log';
import type { Unsent } from './chat-outbox';
import { moment } from './time';

/** One thing drawn: a bubble, or a quiet line between bubbles. */
export interface Row {
  key: string;
  kind: 'bubble' | 'line';
  /** The day and time above it, where time has passed. */
  mark: string;
  /** Whether what follows is new since the last visit. */
  fresh: boolean;
  mine: boolean;
  name: string;
  text: string;
  /** How far it has come, and how that is said: '' quietly, `wait`, or `bad`. */
  word: string;
  tone: '' | 'wait' | 'bad';
  /** Why it was not sent. */
  note: string;
  /** What a tap does. */
  tap: '' | 'unsent' | 'returned';
  gone: boolean;
  unchecked: boolean;
}

export interface Setting {
  side: ChatSide;
  theirs: ChatMarks;
  /** What had been read when the page was opened, and the last number of then: between them is what is new. */
  readBefore: number;
  openedAt: number;
  /** By the server's clock, in ms. */
  now: number;
  connected: boolean;
  /** Whether nothing stands before the first entry: else what stands above it is not known yet. */
  whole: boolean;
}

/** After so long without a word the time stands above the next one. */
const PAUSE_MS = 10 * 60_000;

type Word = Pick<Row, 'word' | 'tone' | 'tap' | 'note'>;
const plain = (word: string): Word => ({ word, tone: '', tap: '', note: '' });

/** How far a message of one's own has come. `theirs` is in the other side's numbers, as is `shown_seq`. */
export function wordOf({ state, shown_seq }: ChatMessage, theirs: ChatMarks): Word {
  if (state === 'returned') return { word: words.failed, tone: 'bad', tap: 'returned', note: words.returned };
  if (state === 'held') return { ...plain(words.held), tone: 'wait' };
  if (state === 'withdrawn') return plain('');
  if (shown_seq === null) return plain(words.stored);
  if (shown_seq <= theirs.read) return plain(words.read);
  return plain(shown_seq <= theirs.delivered ? words.delivered : words.stored);
}

const none: Omit<Row, 'key' | 'kind' | 'text'> = {
  mark: '',
  fresh: false,
  mine: false,
  name: '',
  word: '',
  tone: '',
  note: '',
  tap: '',
  gone: false,
  unchecked: false,
};

export function keyOf({ message, seq }: Entry): string {
  return message ? `${message.side}-${message.local_id}` : `event-${seq}`;
}

function nameOf(entry: Entry): string {
  const side = entry.message?.side ?? entry.who?.side;
  return entry.who?.name ?? (side === 'reader' ? words.reader : words.librarian);
}

function lineOf(entry: Entry): string {
  switch (entry.kind) {
    case 'about':
      return happened.about(entry.words ?? '');
    case 'claimed':
      return happened.claimed(nameOf(entry));
    case 'handed_back':
      return happened.handed_back(nameOf(entry));
    case 'closed':
      return entry.words ? happened.closedWith(entry.words) : happened.closed;
    case 'returned':
      return happened.returned;
    case 'transferred':
      return entry.words ? happened.transferred(entry.words) : happened.transferredAway;
    default:
      return happened.reopened;
  }
}

function markOf(entry: Entry, before: Entry | undefined, now: number): string {
  const isNext = before?.at.slice(0, 10) === entry.at.slice(0, 10);
  const soon = before && Date.parse(entry.at) - Date.parse(before.at) < PAUSE_MS;
  return isNext && soon ? '' : moment(entry.at, now);
}

/** The first message of the others that was there and not read when the page was opened: the index, or -1. */
export function firstNew(
  entries: readonly Entry[],
  { side, readBefore, openedAt }: Pick<Setting, 'side' | 'readBefore' | 'openedAt'>,
): number {
  return entries.findIndex(
    ({ message, seq }) => message && message.side !== side && seq > readBefore && seq <= openedAt,
  );
}

function bubbleOf(entry: Entry, message: ChatMessage, before: Entry | undefined, setting: Setting): Row {
  const mine = message.side === setting.side;
  const gone = message.state === 'withdrawn';
  const follows = before?.message?.side === message.side && nameOf(before) === nameOf(entry);
  return {
    ...none,
    ...(mine ? wordOf(message, setting.theirs) : {}),
    key: keyOf(entry),
    kind: 'bubble',
    mine,
    name: mine || follows ? '' : nameOf(entry),
    text: gone ? words.withdrawn : message.text,
    gone,
    unchecked: message.unchecked && setting.side === 'staff',
  };
}

export function unsentRow({ local_id, text, refusal }: Unsent, { side, connected }: Setting): Row {
  const state: Word = refusal
    ? { word: words.failed, tone: 'bad', tap: 'unsent', note: refusal }
    : { ...plain(connected ? words.sending : words.waits), tone: 'wait' };
  return { ...none, ...state, key: `${side}-${local_id}`, kind: 'bubble', mine: true, text };
}

/** Of each quiet word only the last bubble that has it keeps it: who reads the last 已读 knows the ones before. */
function lastWords(entries: readonly Entry[], { side, theirs }: Setting): Map<string, string> {
  const last = new Map<string, string>();
  for (const entry of entries) {
    if (entry.message?.side !== side) continue;
    const { word, tone } = wordOf(entry.message, theirs);
    if (!tone) last.set(word, keyOf(entry));
  }
  return last;
}

/**
 * What is drawn of everything stored, then everything unsent, between two indices of the two together. A text that is
 * in both is stored.
 */
export function rowsOf(
  entries: readonly Entry[],
  unsent: readonly Unsent[],
  span: { from: number; to: number },
  setting: Setting,
): Row[] {
  const last = lastWords(entries, setting);
  const newest = firstNew(entries, setting);
  const rows: Row[] = [];
  for (let at = span.from; at < Math.min(span.to, entries.length); at += 1) {
    const entry = entries[at] as Entry;
    const before = entries[at - 1];
    const row: Row = entry.message
      ? bubbleOf(entry, entry.message, before, setting)
      : { ...none, key: keyOf(entry), kind: 'line', text: lineOf(entry) };
    row.mark = before || setting.whole ? markOf(entry, before, setting.now) : '';
    row.fresh = at === newest && at > 0;
    if (!row.tone && last.get(row.word) !== row.key) row.word = '';
    rows.push(row);
  }
  const waiting = unsent.slice(
    Math.max(0, span.from - entries.length),
    Math.max(0, span.to - entries.length),
  );
  return [...rows, ...waiting.map((one) => unsentRow(one, setting))];
}

/** The least that setData must be given to make `was` into `is`, under the name of the list. */
export function patchOf(name: string, was: readonly Row[], is: readonly Row[]): Record<string, unknown> {
  const grown = is.length >= was.length && was.every(({ key }, at) => key === is[at]?.key);
  if (!grown) return { [name]: is };
  const patch: Record<string, unknown> = {};
  is.forEach((row, at) => {
    const had = was[at];
    if (!had) patch[`${name}[${at}]`] = row;
    else
      for (const field of Object.keys(row) as (keyof Row)[])
        if (row[field] !== had[field]) patch[`${name}[${at}].${field}`] = row[field];
  });
  return patch;
}
