import { serverNow } from '../../api/clock';
import { ChatFollowing } from '../../api/chat-follow';
import { ChatMarks } from '../../api/chat-marks';
import { outbox } from '../../api/chat-outbox';
import { me } from '../../api/session';
import { live } from '../../api/socket';
import type { ChatMessage, ChatSide, Conversation } from '../../api/types';
import type { Unsent } from '../../logic/chat-outbox';
import { firstNew, keyOf, patchOf, rowsOf, type Row } from '../../logic/chat-rows';
import { downwards, followed, MOST, opened, shifted, upwards, type Window } from '../../logic/chat-window';
import { Scroller } from './scroller';

/** The component, as far as the view needs it. */
export interface Screen {
  createSelectorQuery(): WechatMiniprogram.SelectorQuery;
  setData(patch: Record<string, unknown>): void;
  told(conversation: Conversation): void;
  typing(on: boolean): void;
  returned(message: ChatMessage): void;
  failed(error: unknown): void;
}

/** How near an edge of what is drawn the next part is drawn, in px. */
const NEAR = 900;
/** Within so many px of the end one looks at the end. */
const AT_END = 48;

const nobody = { delivered: 0, read: 0 };

/** One conversation on the screen: which part of it is drawn, where one looks, and what has been read. */
export class ThreadView {
  private readonly following: ChatFollowing | null;
  private readonly marks: ChatMarks | null;
  private readonly scroller: Scroller;
  private readonly offs: (() => void)[];
  private window: Window = { from: 0, to: 0 };
  private rows: Row[] = [];
  /** What had been read when this was opened, and the last number of then. */
  readBefore = 0;
  openedAt = 0;
  private opened = false;
  private atEnd = true;
  /** The number of the last message of the others when one last looked at the end. */
  private seen = 0;
  private shown = true;
  private stopped = false;
  private told: Conversation | null = null;
  private drawAgain = false;
  private steps: Promise<void> = Promise.resolve();
  private sliding = false;

  constructor(
    private readonly screen: Screen,
    readonly id: string,
    readonly side: ChatSide,
  ) {
    this.scroller = new Scroller(screen);
    this.marks = id ? new ChatMarks(id) : null;
    this.offs = [
      outbox.onChange(() => this.draw()),
      outbox.onStored((sent, { place, text }) => {
        if (place === id) this.following?.log.stored(sent, text);
      }),
    ];
    this.following = id
      ? new ChatFollowing(id, side, {
          changed: () => this.draw(),
          typing: (on) => screen.typing(on),
          returned: (message) => screen.returned(message),
          failed: (error) => screen.failed(error),
        })
      : null;
    if (!id) this.draw();
  }

  stop(): void {
    this.stopped = true;
    this.offs.forEach((off) => off());
    this.following?.stop();
    this.marks?.stop();
  }

  /** Whether the page is in front: what is not looked at is not read. */
  setShown(shown: boolean): void {
    this.shown = shown;
    if (!shown) return;
    this.following?.resume();
    this.draw();
  }

  /** Somebody else has heard of a number. */
  heardOf(seq: number): void {
    if (this.following && seq > this.following.log.have) this.following.resume();
  }

  /** A text was sent from here, or the end is wished for: one looks at the end from now on. */
  goToEnd(): void {
    this.atEnd = true;
    this.draw();
  }

  scrolled({ scrollTop, scrollHeight }: { scrollTop: number; scrollHeight: number }): void {
    const { height } = this.scroller;
    if (!this.opened || height === 0) return;
    const below = scrollHeight - scrollTop - height;
    const wasAtEnd = this.atEnd;
    this.atEnd = below <= AT_END && this.window.to >= this.total();
    if (this.atEnd !== wasAtEnd) this.draw();
    if (scrollTop < NEAR) this.slide('up');
    else if (below < NEAR) this.slide('down');
    this.noteRead();
  }

  /** The list became higher or lower. */
  resized(): void {
    void this.step(async () => {
      if (this.atEnd) await this.scroller.toEnd(() => this.atEnd);
      else await this.scroller.look();
    });
  }

  // ------------------------------------------------------------ drawing

  private unsent(): Unsent[] {
    return outbox.of(this.id).filter(({ local_id }) => !this.following?.log.holds(local_id));
  }

  private total(): number {
    return (this.following?.log.entries.length ?? 0) + this.unsent().length;
  }

  /** Changes of what is drawn, and moves of the list, one after the other. */
  private step(change: () => Promise<void> | void): Promise<void> {
    this.steps = this.steps
      .then(() => (this.stopped ? undefined : change()))
      .catch((error: unknown) => {
        console.error(error);
      });
    return this.steps;
  }

  private draw(): void {
    if (this.drawAgain) return;
    this.drawAgain = true;
    void this.step(async () => {
      this.drawAgain = false;
      if (this.following && !this.following.log.conversation) return;
      if (this.opened) await this.drawNow();
      else await this.drawFirst();
      this.tell();
      this.noteRead();
    });
  }

  private async drawFirst(): Promise<void> {
    const log = this.following?.log;
    const { conversation } = log ?? {};
    this.opened = true;
    this.readBefore = conversation?.mine.read ?? 0;
    if (conversation) this.marks?.begin(conversation.mine);
    this.openedAt = log?.have ?? 0;
    const newest = log ? firstNew(log.entries, this) : -1;
    this.window = opened(this.total(), newest < 0 ? undefined : newest);
    this.put({ state: 'ready' });
    const entry = log?.entries[newest];
    if (entry && newest > 0) await this.scroller.toRow(keyOf(entry));
    else await this.scroller.toEnd(() => this.atEnd);
    const sight = await this.scroller.look();
    this.atEnd = !sight || sight.scrollHeight - sight.scrollTop - sight.height <= AT_END;
    this.put({ placed: true });
  }

  private async drawNow(): Promise<void> {
    const total = this.total();
    if (this.atEnd) {
      this.window = followed(this.window, total);
      this.put();
      await this.scroller.toEnd(() => this.atEnd);
    } else {
      // What is drawn below the screen moves nothing; beyond that it waits for the reader to come down.
      this.window.to = Math.max(Math.min(this.window.to, total), Math.min(total, this.window.from + MOST));
      await this.scroller.keep(() => this.put());
    }
  }

  /** Draws the window as it is now, telling the screen no more than what is new. */
  private put(more: Record<string, unknown> = {}): void {
    const log = this.following?.log;
    const rows = rowsOf(log?.entries ?? [], this.unsent(), this.window, {
      side: this.side,
      theirs: log?.conversation?.theirs ?? nobody,
      readBefore: this.readBefore,
      openedAt: this.openedAt,
      now: serverNow(),
      connected: live.connected(),
      whole: !log?.more,
    });
    const patch = { ...patchOf('rows', this.rows, rows), ...more };
    this.rows = rows;
    this.screen.setData({
      ...patch,
      above: this.window.from > 0 || (log?.more ?? false),
      down: this.downWord(),
    });
  }

  /** '' at the end; else whether something new waits there. */
  private downWord(): '' | 'new' | 'end' {
    const log = this.following?.log;
    const last = log?.lastFromOthers() ?? 0;
    if (this.atEnd) this.seen = last;
    if (this.atEnd || !this.opened) return '';
    return last > Math.max(this.seen, this.readBefore) ? 'new' : 'end';
  }

  private tell(): void {
    const conversation = this.following?.log.conversation ?? null;
    if (!conversation || conversation === this.told) return;
    this.told = conversation;
    this.screen.told(conversation);
    // Around the list its page may have changed with it.
    wx.nextTick(() => this.resized());
  }

  // ------------------------------------------------------------ moving along

  private slide(where: 'up' | 'down'): void {
    if (this.sliding) return;
    const possible =
      where === 'up' ? this.window.from > 0 || this.following?.log.more : this.window.to < this.total();
    if (!possible) return;
    this.sliding = true;
    void this.step(async () => {
      if (where === 'up' && this.window.from === 0) await this.fetchOlder();
      await this.scroller.keep(() => {
        this.window = where === 'up' ? upwards(this.window) : downwards(this.window, this.total());
        this.put();
      });
    }).then(() => {
      this.sliding = false;
    });
  }

  private async fetchOlder(): Promise<void> {
    try {
      const added = (await this.following?.older()) ?? 0;
      this.window = shifted(this.window, added);
    } catch {
      // The next scroll asks again; the banner says what is wrong meanwhile.
    }
  }

  // ------------------------------------------------------------ reading

  private noteRead(): void {
    const log = this.following?.log;
    const conversation = log?.conversation;
    if (!log || !conversation || !this.opened) return;
    // A librarian who merely looks on has read nothing: whoever takes it has it all before them.
    if (this.side === 'staff' && conversation.librarian?.id !== me().id) return;
    const last = log.lastFromOthers();
    if (last <= conversation.mine.read || !this.shown) {
      if (last > conversation.mine.delivered) this.marks?.note(last, conversation.mine.read);
      return;
    }
    if (this.atEnd) this.marks?.note(last, last);
    else void this.step(() => this.noteSeen(last));
  }

  /** Read is what has been on the screen. */
  private async noteSeen(last: number): Promise<void> {
    const sight = await this.scroller.look();
    if (!sight) return;
    const edges = [...sight.rows.values()];
    const below = edges.findIndex(({ top }) => top >= sight.bottom);
    const until = this.window.from + (below < 0 ? edges.length : below);
    this.marks?.note(last, this.following?.log.lastFromOthers(until) ?? 0);
  }
}
