import { ChatLog } from '../logic/chat-log';
import { ask, isPassing } from './ask';
import { live } from './socket';
import type { ChatHappened, ChatHistory, ChatMessage, ChatResumed, ChatSide, SomebodyTypes } from './types';

/** How much is fetched at once: at first, of what was before, and of what was missed. */
const FIRST = 60;
const OLDER = 100;
const MISSED = 100;
/** How often a conversation that is looked at is asked for, whatever is pushed, and after a failure, in ms. */
const POLL_MS = 15_000;
const RETRY_MS = 3_000;

export interface Told {
  /** Something is to be drawn anew. */
  changed(): void;
  /** The other side types; not any more once they have said it, or gone. */
  typing(on: boolean): void;
  /** A text of this side came back unseen. */
  returned(message: ChatMessage): void;
  /** It cannot be shown; passing failures are tried again by themselves. */
  failed(error: unknown): void;
}

/** Keeps a conversation current while it is looked at. */
export class ChatFollowing {
  readonly log: ChatLog;
  private readonly offs: (() => void)[];
  private stopped = false;
  private started = false;
  private fetching = false;
  private again = false;

  constructor(
    readonly id: string,
    side: ChatSide,
    private readonly told: Told,
  ) {
    this.log = new ChatLog(side);
    // Also while the connection stands: what the server pushes is not promised to arrive, and silence looks like nothing new.
    const timer = setInterval(() => this.resume(), POLL_MS);
    this.offs = [
      () => clearInterval(timer),
      live.on<ChatHappened>('chat_event', (happened) => this.hear(happened)),
      live.on<SomebodyTypes>('chat_typing', (who) => {
        if (who.conversation_id === id && who.side !== side) told.typing(true);
      }),
      live.onConnection((connected) => {
        if (connected) this.resume();
        else told.changed();
      }),
    ];
    this.resume();
  }

  stop(): void {
    this.stopped = true;
    this.offs.forEach((off) => off());
  }

  /** Fetches what is missing; asked while it fetches, it fetches once more. */
  resume(): void {
    if (this.fetching) {
      this.again = true;
      return;
    }
    this.fetching = true;
    void this.fetch();
  }

  /** The page before the first entry; returns how many came in. Raises ApiError. */
  async older(): Promise<number> {
    const first = this.log.entries[0];
    if (!first || !this.log.more) return 0;
    const before = String(first.seq);
    return this.log.older(
      await ask<ChatHistory>('chat_history', { conversation_id: this.id, before, limit: OLDER }),
    );
  }

  private hear({ conversation_id, side, event }: ChatHappened): void {
    if (conversation_id !== this.id || side !== this.log.side) return;
    if (event.who && event.who.side !== side && event.kind !== 'marked') this.told.typing(false);
    if (this.log.take(event)) this.tell();
    if (this.started && (this.log.missed || this.log.turned)) this.resume();
  }

  private tell(): void {
    this.log.cameBack.splice(0).forEach((message) => this.told.returned(message));
    this.told.changed();
  }

  private async fetch(): Promise<void> {
    try {
      const more = this.started ? await this.fetchMissed() : await this.fetchFirst();
      if (this.stopped) return;
      this.tell();
      if (more) this.again = true;
    } catch (error) {
      if (this.stopped) return;
      if (!this.started) this.told.failed(error);
      if (isPassing(error)) setTimeout(() => !this.stopped && this.resume(), RETRY_MS);
    } finally {
      this.fetching = false;
      if (this.again && !this.stopped) {
        this.again = false;
        this.resume();
      }
    }
  }

  private async fetchFirst(): Promise<boolean> {
    const page = await ask<ChatHistory>('chat_history', { conversation_id: this.id, limit: FIRST });
    if (this.stopped) return false;
    this.log.start(page);
    this.started = true;
    return this.log.missed || this.log.turned;
  }

  private async fetchMissed(): Promise<boolean> {
    const after = String(this.log.have);
    const page = await ask<ChatResumed>('chat_resume', { conversation_id: this.id, after, limit: MISSED });
    if (this.stopped) return false;
    this.log.resumed(page);
    return page.more;
  }
}
