import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { outbox } from '../../api/chat-outbox';
import { chatPlace } from '../../api/drafts';
import { ensureSignedIn } from '../../api/session';
import { live } from '../../api/socket';
import type { ChatAbout, ChatMessage, ChatSent, ChatSide, Conversation } from '../../api/types';
import type { Row } from '../../logic/chat-rows';
import { bubbleWords } from '../../words/chat';
import { ThreadView, type Screen } from './thread-view';

const TYPING_EVERY_MS = 3_000;
const TYPING_SHOWN_MS = 4_000;

interface Box {
  put(text: string): void;
  isEmpty(): boolean;
  focus(): void;
}

interface Held {
  view: ThreadView | null;
  offs: (() => void)[];
  conversation: Conversation | null;
  typedAt: number;
  timer: number;
  aboutSaid: boolean;
}

/** What must not go through data, by instance. */
const held = new WeakMap<object, Held>();

function holdingOf(instance: object): Held {
  const holding: Held = held.get(instance) ?? {
    view: null,
    offs: [],
    conversation: null,
    typedAt: 0,
    timer: 0,
    aboutSaid: false,
  };
  held.set(instance, holding);
  return holding;
}

/**
 * A conversation with the box to write in, for both sides: own bubbles stand right. It fills what its parent, a column,
 * leaves; the slot `end` comes after the last bubble, `bar` stands instead of the box when nothing may be written.
 *
 * Fires `conversation` (the Conversation, at each change), `began` {id} when a new one has its id, `sending` {byTap}
 * before a text goes (synchronously in the tap, so that consent may be asked for), `sent` (ChatSent) when it is stored,
 * `keyboard` {height}, `touched` at each scroll or key. `write(text)` puts a text into the box, `focus()` the cursor;
 * `resized()` is to be called when what stands beside it has left it more room, or less.
 */
Component({
  options: { multipleSlots: true },
  properties: {
    /** Empty: a reader's open conversation, or a new one with the first text. */
    conversationId: { type: String, value: '' },
    side: { type: String, value: 'reader' as ChatSide },
    /** Goes along with the first text. */
    about: { type: Object, value: null as unknown as ChatAbout },
    /** Whom a conversation that begins here is for; '' for whoever answers. */
    department: { type: String, value: '' },
    canWrite: { type: Boolean, value: true },
    placeholder: { type: String, value: '' },
    /** The last number that somebody else told of (a desk line's): when it is ahead, what is missing is fetched. */
    seq: { type: Number, value: 0 },
  },
  data: {
    w: bubbleWords,
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    bones: [1, 2, 3, 4],
    rows: [] as Row[],
    above: false,
    placed: false,
    down: '' as '' | 'new' | 'end',
    typing: '',
    keyboard: 0,
    /** The conversation now: it begins while one looks on. */
    place: '',
    returned: '',
  },
  observers: {
    'conversationId, side'(id: string) {
      if (held.has(this) && id !== holdingOf(this).view?.id) this.open(id);
    },
    seq(seq: number) {
      if (held.has(this)) holdingOf(this).view?.heardOf(seq);
    },
    /** The box comes or goes, and with it the height of the list. */
    canWrite() {
      if (held.has(this)) wx.nextTick(() => this.resized());
    },
  },
  lifetimes: {
    attached() {
      const holding = holdingOf(this);
      holding.offs = [
        outbox.onStored((sent, { place }) => {
          if (place !== (holding.view?.id ?? '')) return;
          if (place === '') this.begin(sent);
          this.triggerEvent('sent', sent);
        }),
      ];
      this.open(this.data.conversationId);
    },
    detached() {
      const holding = holdingOf(this);
      clearTimeout(holding.timer);
      holding.offs.forEach((off) => off());
      holding.view?.stop();
      held.delete(this);
    },
  },
  pageLifetimes: {
    show() {
      holdingOf(this).view?.setShown(true);
    },
    hide() {
      holdingOf(this).view?.setShown(false);
    },
    resize() {
      this.resized();
    },
  },
  methods: {
    open(id: string) {
      const holding = holdingOf(this);
      holding.view?.stop();
      this.setData({
        state: 'loading',
        rows: [],
        placed: false,
        down: '',
        typing: '',
        returned: '',
        place: chatPlace(id),
      });
      holding.aboutSaid = false;
      holding.view = new ThreadView(this as unknown as Screen, id, this.data.side as ChatSide);
    },
    /** A new conversation has its id: its draft has moved along, its bubbles come from the server from now on. */
    begin({ conversation_id: id }: ChatSent) {
      const holding = holdingOf(this);
      holding.view?.stop();
      this.setData({ place: chatPlace(id) });
      holding.view = new ThreadView(this as unknown as Screen, id, this.data.side as ChatSide);
      this.triggerEvent('began', { id });
    },
    // ------------------------------------------------------------ what the view tells

    told(conversation: Conversation) {
      holdingOf(this).conversation = conversation;
      this.triggerEvent('conversation', conversation);
    },
    failed(error: unknown) {
      this.setData({ state: 'error', failure: failureOf(error) });
    },
    typing(on: boolean) {
      const holding = holdingOf(this);
      clearTimeout(holding.timer);
      if (!on) {
        this.setData({ typing: '' });
        return;
      }
      const { librarian, reader_name } = holding.conversation ?? {};
      const name =
        this.data.side === 'reader'
          ? librarian?.name || bubbleWords.librarian
          : reader_name || bubbleWords.reader;
      this.setData({ typing: bubbleWords.typing(name) });
      holding.timer = setTimeout(() => this.setData({ typing: '' }), TYPING_SHOWN_MS);
    },
    /** A text came back unseen: into the box it was typed in, while nothing else stands there. */
    returned({ local_id, text }: ChatMessage) {
      if (!outbox.takeBack(local_id)) return;
      if (this.box()?.isEmpty()) this.write(text);
      else this.setData({ returned: text });
    },

    // ------------------------------------------------------------ what the reader does

    retry() {
      this.open(holdingOf(this).view?.id ?? '');
    },
    scroll({ detail }: WechatMiniprogram.ScrollViewScroll) {
      holdingOf(this).view?.scrolled(detail);
      this.triggerEvent('touched');
    },
    toLatest() {
      holdingOf(this).view?.goToEnd();
    },
    send({ detail }: WechatMiniprogram.CustomEvent<{ text: string; byTap: boolean }>) {
      const holding = holdingOf(this);
      this.triggerEvent('sending', { byTap: detail.byTap });
      const about = holding.aboutSaid ? null : (this.data.about as ChatAbout | null);
      if (!outbox.add(holding.view?.id ?? '', detail.text, about, this.data.department)) {
        // They signed out elsewhere meanwhile: the text goes back into the box, which empties itself after this.
        setTimeout(() => this.write(detail.text));
        ensureSignedIn().catch(tellFailure);
        return;
      }
      holding.aboutSaid = true;
      holding.view?.goToEnd();
    },
    typed() {
      const holding = holdingOf(this);
      const { view, conversation } = holding;
      this.triggerEvent('touched');
      const now = Date.now();
      if (!view?.id || conversation?.state !== 'claimed' || now - holding.typedAt < TYPING_EVERY_MS) return;
      holding.typedAt = now;
      live.ask('chat_type', { conversation_id: view.id }).catch(() => undefined);
    },
    lift({ detail }: WechatMiniprogram.CustomEvent<{ height: number }>) {
      if (detail.height === this.data.keyboard) return;
      this.setData({ keyboard: detail.height }, () => this.resized());
      this.triggerEvent('keyboard', detail);
    },
    /** A tap beside the box puts the keyboard away. */
    rest() {
      if (this.data.keyboard > 0) void wx.hideKeyboard();
    },
    resized() {
      holdingOf(this).view?.resized();
    },
    tapBubble(event: WechatMiniprogram.BaseEvent<object, { row: Row }>) {
      const { row } = event.currentTarget.dataset;
      if (row.tap === 'returned') this.write(row.text);
      if (row.tap === 'unsent') this.askAboutUnsent(row.key.replace(/^[a-z]+-/, ''), row.text);
    },
    askAboutUnsent(localId: string, text: string) {
      wx.showActionSheet({
        itemList: [bubbleWords.again, bubbleWords.back, bubbleWords.drop],
        success: ({ tapIndex }) => {
          if (tapIndex === 0) outbox.again(localId);
          else outbox.drop(localId);
          if (tapIndex === 1) this.write(text);
        },
        fail: () => undefined,
      });
    },
    putBack() {
      this.write(this.data.returned);
      this.setData({ returned: '' });
    },
    box(): Box | null {
      return this.selectComponent('#box') as unknown as Box | null;
    },
    write(text: string) {
      this.box()?.put(text);
    },
    focus() {
      this.box()?.focus();
    },
  },
});
