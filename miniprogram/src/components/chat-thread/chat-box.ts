import { draftOf, keepDraft } from '../../api/drafts';
import { bubbleWords } from '../../words/chat';

export const LONGEST = 1000;
/** From so few characters left on they are counted down. */
const COUNTED = 100;
/** From this width on there is a keyboard of its own: Enter sends, Shift + Enter begins a line. */
const DESK_WIDTH = 768;

/** What stands in the box, by instance: data would come back late into a field that is being typed in. */
const typedIn = new WeakMap<object, string>();

/**
 * The box to write in: grows to five lines, keeps its draft under `place`. Fires `send` {text, byTap}, `typing` while
 * something is typed, `keyboard` {height} in px. Methods: `put`, `isEmpty`, `focus`.
 */
Component({
  properties: {
    place: { type: String, value: '' },
    placeholder: { type: String, value: '' },
  },
  data: { w: bubbleWords, value: '', empty: true, left: '', focus: false, enter: 'return', longest: LONGEST },
  observers: {
    place(place: string) {
      if (place) this.show(draftOf(place));
    },
  },
  lifetimes: {
    attached() {
      this.fitWidth();
    },
  },
  pageLifetimes: {
    resize() {
      this.fitWidth();
    },
  },
  methods: {
    fitWidth() {
      this.setData({ enter: wx.getWindowInfo().windowWidth >= DESK_WIDTH ? 'send' : 'return' });
    },
    typed(): string {
      return typedIn.get(this) ?? '';
    },
    isEmpty(): boolean {
      return this.typed().trim() === '';
    },
    /** Into the box, after what stands there. */
    put(text: string) {
      const typed = this.typed();
      this.show(this.isEmpty() ? text : `${typed}\n${text}`);
      keepDraft(this.data.place, this.typed());
    },
    focus() {
      this.setData({ focus: true });
    },
    show(text: string) {
      const before = this.typed();
      this.note(text);
      // The field is told what it holds before it is told what to hold: the same value twice would be no news.
      this.setData({ value: before });
      this.setData({ value: text });
    },
    note(text: string) {
      typedIn.set(this, text);
      const spare = LONGEST - text.length;
      const left = spare <= COUNTED ? bubbleWords.left(spare) : '';
      const empty = this.isEmpty();
      if (left !== this.data.left || empty !== this.data.empty) this.setData({ left, empty });
    },
    type({ detail }: WechatMiniprogram.TextareaInput) {
      this.note(detail.value);
      keepDraft(this.data.place, detail.value);
      if (!this.isEmpty()) this.triggerEvent('typing');
    },
    sendByTap() {
      this.send(true);
    },
    sendByKey() {
      this.send(false);
    },
    send(byTap: boolean) {
      const text = this.typed().trim();
      if (!text) return;
      this.triggerEvent('send', { text, byTap });
      this.show('');
      keepDraft(this.data.place, '');
    },
    keyboard({ detail }: WechatMiniprogram.TextareaKeyboardHeightChange) {
      this.triggerEvent('keyboard', { height: detail.height });
    },
    left() {
      this.setData({ focus: false });
      this.triggerEvent('keyboard', { height: 0 });
    },
  },
});
