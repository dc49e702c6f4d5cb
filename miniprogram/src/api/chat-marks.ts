import { ask } from './ask';
import { live } from './socket';

const AT_MOST_EVERY_MS = 1_000;

/** Tells the server how far one has received and read, in one's own numbers: forward only, and once a second at most. */
export class ChatMarks {
  private delivered = 0;
  private read = 0;
  private said = { delivered: 0, read: 0 };
  private timer: number | null = null;
  private readonly off: () => void;

  constructor(private readonly conversationId: string) {
    this.off = live.onConnection((connected) => {
      if (connected) this.soon();
    });
  }

  /** What the server knows already. */
  begin(known: { delivered: number; read: number }): void {
    this.said = { ...known };
  }

  note(delivered: number, read: number): void {
    this.delivered = Math.max(this.delivered, delivered);
    this.read = Math.max(this.read, read);
    this.soon();
  }

  stop(): void {
    this.off();
    if (this.timer !== null) clearTimeout(this.timer);
    this.say();
  }

  private soon(): void {
    if (this.timer !== null || !this.news()) return;
    this.say();
    this.timer = setTimeout(() => {
      this.timer = null;
      this.soon();
    }, AT_MOST_EVERY_MS);
  }

  private news(): boolean {
    return this.delivered > this.said.delivered || this.read > this.said.read;
  }

  private say(): void {
    if (!this.news()) return;
    const before = this.said;
    this.said = { delivered: this.delivered, read: this.read };
    ask('chat_mark', { conversation_id: this.conversationId, ...this.said }).catch(() => {
      // Not heard: said again with the next, or when the connection stands again.
      this.said = before;
    });
  }
}
