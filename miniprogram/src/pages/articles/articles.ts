import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { ArticleKind, ArticleLine, Page as Part } from '../../api/types';
import { pictureUrl } from '../../api/upload';
import { look } from '../../look';
import { articleKinds, articleWords as words, searchWords } from '../../words/articles';

const tabs = (Object.keys(articleKinds) as ArticleKind[]).map((kind) => ({ kind, name: articleKinds[kind] }));

const rowOf = ({ id, title, beginning, cover }: ArticleLine) => ({
  id,
  title,
  beginning,
  picture: cover ? pictureUrl(cover) : '',
});

Page({
  data: {
    ...look(),
    words,
    searchWords,
    tabs,
    kind: 'faq' as ArticleKind,
    state: 'loading' as 'loading' | 'ready' | 'empty' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    items: [] as ReturnType<typeof rowOf>[],
  },
  next: null as string | null,
  asked: 0,
  fetching: false,

  onLoad({ kind }: Record<string, string | undefined>) {
    if (kind === 'article') this.setData({ kind });
    void this.load();
  },

  onShow() {
    this.setData(look());
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  onTab(event: WechatMiniprogram.BaseEvent<object, { kind: ArticleKind }>) {
    const { kind } = event.currentTarget.dataset;
    if (kind === this.data.kind) return;
    this.setData({ kind, state: 'loading', items: [] });
    void this.load();
  },

  part(after: string | null) {
    const path = `/api/articles?kind=${this.data.kind}`;
    return request<Part<ArticleLine>>('GET', after ? `${path}&after=${after}` : path);
  },

  /** The first part of the list, anew; what is shown stays until it arrives. */
  async load() {
    const mine = (this.asked += 1);
    try {
      const { items, next } = await this.part(null);
      if (mine !== this.asked) return;
      this.next = next;
      this.setData({ items: items.map(rowOf), state: items.length ? 'ready' : 'empty' });
    } catch (error) {
      if (mine !== this.asked) return;
      if (this.data.items.length) tellFailure(error);
      else this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  async onReachBottom() {
    if (this.fetching || this.next === null) return;
    const mine = this.asked;
    this.fetching = true;
    try {
      const { items, next } = await this.part(this.next);
      if (mine !== this.asked) return;
      this.next = next;
      this.setData({ items: [...this.data.items, ...items.map(rowOf)] });
    } catch (error) {
      tellFailure(error);
    } finally {
      this.fetching = false;
    }
  },

  act() {
    this.setData({ state: 'loading' });
    void this.load();
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: `/pages/articles/article?id=${event.currentTarget.dataset.id}` });
  },

  search() {
    wx.navigateTo({ url: '/pages/search/search' });
  },
});
