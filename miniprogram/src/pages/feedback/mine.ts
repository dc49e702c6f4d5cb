import { ask } from '../../api/ask';
import { serverNow } from '../../api/clock';
import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { writeAgain } from '../../api/feedback-draft';
import { told } from '../../api/feedback-outbox';
import { ensureSignedIn, tokenNow } from '../../api/session';
import { live } from '../../api/socket';
import type { FeedbackView, Page as Part } from '../../api/types';
import { rowOf, unsentRow, type FeedbackRow } from '../../logic/feedback-lines';
import { look } from '../../look';
import { mineWords } from '../../words/feedback';

const AT_ONCE = 20;

Page({
  data: {
    ...look(),
    w: mineWords,
    bones: [1, 2, 3],
    state: 'loading' as 'loading' | 'ready' | 'empty' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    rows: [] as FeedbackRow[],
    more: false,
  },
  offs: [] as (() => void)[],
  items: [] as FeedbackView[],
  next: null as string | null,
  fetched: false,
  fetching: false,

  onShow() {
    this.setData(look());
    this.offs = [
      live.onNews(['feedback_changed'], () => void this.load()),
      told.onChange(() => this.show()),
      told.onSettled(() => void this.load()),
    ];
    void this.load();
  },

  onHide() {
    this.leave();
  },

  onUnload() {
    this.leave();
  },

  leave() {
    this.offs.splice(0).forEach((off) => off());
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  /** The first part of the list, anew; what is shown stays until it arrives. */
  async load() {
    if (this.data.state === 'error') this.setData({ state: 'loading' });
    try {
      if (!tokenNow()) await ensureSignedIn();
      const { items, next } = await ask<Part<FeedbackView>>('feedback_mine', { limit: AT_ONCE });
      this.items = items;
      this.next = next;
      this.fetched = true;
      this.show();
    } catch (error) {
      // What waits on this phone is shown all the same.
      this.show();
      if (this.data.rows.length === 0) this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  show() {
    const now = serverNow();
    const unsent = told.unsent().map(unsentRow).reverse();
    const rows = [...unsent, ...this.items.map((view) => rowOf(view, now))];
    if (rows.length === 0 && !this.fetched) return;
    this.setData({ rows, more: this.next !== null, state: rows.length ? 'ready' : 'empty' });
  },

  async onReachBottom() {
    if (this.fetching || this.next === null) return;
    this.fetching = true;
    try {
      const older = await ask<Part<FeedbackView>>('feedback_mine', { after: this.next, limit: AT_ONCE });
      this.items = [...this.items, ...older.items];
      this.next = older.next;
      this.show();
    } catch (error) {
      tellFailure(error);
    } finally {
      this.fetching = false;
    }
  },

  act() {
    if (this.data.state === 'empty') this.tell();
    else void this.load();
  },

  tell() {
    wx.navigateTo({ url: '/pages/feedback/tell' });
  },

  open(event: WechatMiniprogram.BaseEvent<object, { row: FeedbackRow }>) {
    const { id, key } = event.currentTarget.dataset.row;
    if (id) {
      wx.navigateTo({ url: `/pages/feedback/one?id=${id}` });
      return;
    }
    const refused = told.unsent().find((kept) => kept.key === key && kept.refusal);
    if (!refused) return;
    writeAgain(refused.payload, refused.payload.picture_ids ?? []);
    told.drop(key);
    this.tell();
  },
});
