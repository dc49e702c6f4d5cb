import type {
  ChatEvent,
  ChatHistory,
  ChatKind,
  ChatMessage,
  ChatResumed,
  ChatSent,
  ChatSide,
  Conversation,
} from '../api/types';

/** Something to be seen in a conversation: a message, or what happened. */
export interface Entry {
  seq: number;
  kind: ChatKind;
  at: string;
  who: ChatEvent['who'];
  words: string | null;
  message: ChatMessage | null;
}

/** After these the conversation itself is another: who has it, what it is about, whether it is over. */
const TURNS: readonly ChatKind[] = ['about', 'claimed', 'handed_back', 'returned', 'closed', 'reopened'];

/**
 * A conversation as one audience sees it, made from the parts that arrive: pages of its history, events in any order and
 * more than once, answers to what was sent. Events are applied in the order of their numbers; one that comes too early
 * waits, and `missed` says that those before it must be fetched.
 */
export class ChatLog {
  /** The last number applied. */
  have = 0;
  /** Whether there is something before the first entry. */
  more = false;
  /** Whether the conversation has to be asked for anew: an event has told that it changed, not how. */
  turned = false;
  conversation: Conversation | null = null;
  readonly entries: Entry[] = [];
  /** Texts of this side that came back unseen, since they were last looked for. */
  cameBack: ChatMessage[] = [];
  private readonly byMessage = new Map<string, Entry>();
  /** The local ids of this side's messages. */
  private readonly own = new Set<string>();
  private readonly waiting = new Map<number, ChatEvent>();
  /** Changes of messages that stand on pages not fetched yet; such a page may be older than the change. */
  private readonly beyond = new Map<string, ChatMessage>();

  constructor(readonly side: ChatSide) {}

  get missed(): boolean {
    return this.waiting.size > 0;
  }

  /** The latest page of the history, when there is nothing yet. */
  start(page: ChatHistory): void {
    this.conversation = page.conversation;
    this.have = page.conversation.seq;
    this.more = page.more;
    page.events.forEach((event) => this.show(event));
    this.drain();
  }

  /** The page before the first entry; returns how many entries it brought. */
  older(page: ChatHistory): number {
    const before = this.entries.length;
    this.more = page.more;
    page.events.forEach((event) => {
      const known = event.message && this.beyond.get(event.message.id);
      this.show(known ? { ...event, message: known } : event);
    });
    return this.entries.length - before;
  }

  /** An event was pushed; returns whether anything was applied. */
  take(event: ChatEvent): boolean {
    if (event.seq <= this.have) return false;
    this.waiting.set(event.seq, event);
    return this.drain();
  }

  /** What happened after `have`, as it was asked for. */
  resumed(page: ChatResumed): void {
    this.conversation = { ...page.conversation, ...this.marksBeside(page.conversation) };
    this.turned = false;
    page.events.forEach((event) => this.waiting.set(event.seq, event));
    this.drain();
  }

  /** A text of one's own was stored. */
  stored(sent: ChatSent, text: string): void {
    if (this.byMessage.has(sent.message_id)) return;
    const { message_id: id, local_id, state, at, seq } = sent;
    const message = {
      id,
      local_id,
      side: this.side,
      text,
      state,
      unchecked: false,
      at,
      seq,
      shown_seq: null,
    };
    this.put(message, null);
  }

  /** Whether a text that this phone sent has arrived. */
  holds(localId: string): boolean {
    return this.own.has(localId);
  }

  /** The number of the other side's last message up to an index, 0 without any. */
  lastFromOthers(until = this.entries.length): number {
    for (let at = until - 1; at >= 0; at -= 1) {
      const { message, seq } = this.entries[at] as Entry;
      if (message && message.side !== this.side) return seq;
    }
    return 0;
  }

  private drain(): boolean {
    const before = this.have;
    if (!this.conversation) return false;
    for (const seq of this.waiting.keys()) if (seq <= this.have) this.waiting.delete(seq);
    for (let next = this.waiting.get(this.have + 1); next; next = this.waiting.get(this.have + 1)) {
      this.waiting.delete(next.seq);
      this.have = next.seq;
      this.apply(next);
    }
    return this.have > before;
  }

  private apply(event: ChatEvent): void {
    if (event.kind === 'marked') this.mark(event);
    else if (event.kind === 'changed' && event.message) this.change(event.message);
    else this.show(event);
    if (TURNS.includes(event.kind) && event.seq > (this.conversation?.seq ?? 0)) this.turned = true;
  }

  private mark({ who, delivered, read }: ChatEvent): void {
    const { conversation } = this;
    if (!conversation) return;
    const whose = who?.side === this.side ? 'mine' : 'theirs';
    const had = conversation[whose];
    const has = {
      delivered: Math.max(had.delivered, delivered ?? 0),
      read: Math.max(had.read, read ?? 0),
    };
    this.conversation = { ...conversation, [whose]: has };
  }

  /** Marks only move forward, whatever was asked for first. */
  private marksBeside({ mine, theirs }: Conversation): Pick<Conversation, 'mine' | 'theirs'> {
    const had = this.conversation;
    const later = (a: Conversation['mine'], b: Conversation['mine']) => ({
      delivered: Math.max(a.delivered, b.delivered),
      read: Math.max(a.read, b.read),
    });
    return { mine: later(mine, had?.mine ?? mine), theirs: later(theirs, had?.theirs ?? theirs) };
  }

  private show(event: ChatEvent): void {
    if (event.message) this.put(event.message, event.who);
    else this.insert(event);
  }

  /** A message of a page, or one that was posted. */
  private put(message: ChatMessage, who: ChatEvent['who']): void {
    const known = this.byMessage.get(message.id);
    const isBack = message.state === 'returned' && message.side === this.side;
    if (isBack && known?.message?.state !== 'returned') this.cameBack.push(message);
    if (known) {
      known.message = message;
      known.who ??= who;
    } else if (message.seq !== null) {
      const { seq, at } = message;
      this.byMessage.set(message.id, this.insert({ seq, kind: 'posted', at, who, words: null, message }));
      if (message.side === this.side) this.own.add(message.local_id);
    }
  }

  /** A message is no longer what it was. */
  private change(message: ChatMessage): void {
    const first = this.entries[0];
    const isBeyond = this.more && first !== undefined && (message.seq ?? 0) < first.seq;
    if (isBeyond) this.beyond.set(message.id, message);
    else this.put(message, null);
  }

  private insert({ seq, kind, at, who, words, message }: Entry): Entry {
    const { entries } = this;
    let place = entries.length;
    while (place > 0 && (entries[place - 1] as Entry).seq > seq) place -= 1;
    const before = entries[place - 1];
    if (before?.seq === seq) return before;
    const entry = { seq, kind, at, who, words, message };
    entries.splice(place, 0, entry);
    return entry;
  }
}
