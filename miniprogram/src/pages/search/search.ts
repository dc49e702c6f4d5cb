import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { ArticleLine, Found, Page as Part } from '../../api/types';
import { piecesOf } from '../../logic/article';
import { look } from '../../look';
import { articleKinds, searchSay, searchWords as words } from '../../words/articles';

const OFTEN = 8;

function lineOf({ kind, id, title, title_marks, excerpt, excerpt_marks, pinned }: Found) {
  return {
    id,
    title: piecesOf(title, title_marks),
    excerpt: piecesOf(excerpt, excerpt_marks),
    kind: articleKinds[kind],
    pinned,
  };
}

/** What is looked for in everything that the library has written; before that, what is often asked. */
Page({
  data: {
    ...look(),
    words,
    typed: '',
    /** What the list answers; '' before anything was asked. */
    asked: '',
    state: 'ready' as 'loading' | 'ready' | 'empty' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    nothing: '',
    often: [] as ArticleLine[],
    items: [] as ReturnType<typeof lineOf>[],
    more: false,
  },
  next: null as string | null,
  /** Counts the questions: an answer to an earlier one comes too late. */
  question: 0,
  fetching: false,

  onLoad({ text }: Record<string, string | undefined>) {
    if (text) {
      this.setData({ typed: decodeURIComponent(text) });
      void this.find();
    }
    void this.fetchOften();
  },

  onShow() {
    this.setData(look());
  },

  async fetchOften() {
    try {
      const { items } = await request<Part<ArticleLine>>('GET', `/api/articles?kind=faq&limit=${OFTEN}`);
      this.setData({ often: items });
    } catch {
      // Nothing stands there then, and one can search all the same.
    }
  },

  type(event: WechatMiniprogram.Input) {
    this.setData({ typed: event.detail.value });
    if (event.detail.value.trim() === '') this.clear();
  },

  clear() {
    this.question += 1;
    this.setData({ typed: '', asked: '', state: 'ready', items: [], more: false });
  },

  part(after: string | null) {
    const text = encodeURIComponent(this.data.asked);
    return request<Part<Found>>('GET', `/api/search?text=${text}${after ? `&after=${after}` : ''}`);
  },

  async find() {
    const asked = this.data.typed.trim();
    if (!asked) return;
    const question = (this.question += 1);
    this.setData({ asked, state: 'loading', items: [], more: false, nothing: searchSay.nothing(asked) });
    try {
      const { items, next } = await this.part(null);
      if (question !== this.question) return;
      this.next = next;
      this.setData({
        items: items.map(lineOf),
        more: next !== null,
        state: items.length ? 'ready' : 'empty',
      });
    } catch (error) {
      if (question === this.question) this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  async onReachBottom() {
    if (this.fetching || !this.data.more) return;
    const question = this.question;
    this.fetching = true;
    try {
      const { items, next } = await this.part(this.next);
      if (question !== this.question) return;
      this.next = next;
      this.setData({ items: [...this.data.items, ...items.map(lineOf)], more: next !== null });
    } catch (error) {
      tellFailure(error);
    } finally {
      this.fetching = false;
    }
  },

  act() {
    if (this.data.state === 'empty') wx.switchTab({ url: '/pages/chat/chat' });
    else void this.find();
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: `/pages/articles/article?id=${event.currentTarget.dataset.id}` });
  },

  openAll() {
    wx.navigateTo({ url: '/pages/articles/articles?kind=faq' });
  },
});
