import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { forQuery } from '../../api/helping';
import { request } from '../../api/request';
import { live } from '../../api/socket';
import type { Booking, Page as Part } from '../../api/types';
import { look } from '../../look';
import { bookingsWords as words } from '../../words/booking';

type When = 'upcoming' | 'past';

const tabs: { when: When; name: string }[] = [
  { when: 'upcoming', name: words.upcoming },
  { when: 'past', name: words.past },
];

Page({
  data: {
    ...look(),
    words,
    tabs,
    when: 'upcoming' as When,
    forId: '',
    state: 'loading' as 'loading' | 'ready' | 'empty' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    items: [] as Booking[],
    more: false,
  },

  next: null as string | null,
  asked: 0,
  fetching: false,
  unfollow: () => undefined as unknown,

  onLoad() {
    this.unfollow = live.onNews(['bookings_changed'], () => void this.load());
  },

  onUnload() {
    this.unfollow();
  },

  onShow() {
    this.setData(look());
    void this.load();
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  onTab(event: WechatMiniprogram.BaseEvent<object, { when: When }>) {
    const { when } = event.currentTarget.dataset;
    if (when === this.data.when) return;
    this.setData({ when, state: 'loading', items: [], more: false });
    void this.load();
  },

  onFor(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.setData({ forId: event.detail.id, state: 'loading', items: [], more: false });
    void this.load();
  },

  path(): string {
    const { when, forId } = this.data;
    return `/api/bookings?when=${when}${forId ? `&${forQuery(forId)}` : ''}`;
  },

  /** The first part of the list, anew; what is shown stays until it arrives. */
  async load() {
    const mine = (this.asked += 1);
    try {
      const { items, next } = await request<Part<Booking>>('GET', this.path());
      if (mine !== this.asked) return;
      this.next = next;
      this.setData({ items, more: next !== null, state: items.length ? 'ready' : 'empty' });
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
      const { items, next } = await request<Part<Booking>>('GET', `${this.path()}&after=${this.next}`);
      if (mine !== this.asked) return;
      this.next = next;
      this.setData({ items: [...this.data.items, ...items], more: next !== null });
    } catch (error) {
      tellFailure(error);
    } finally {
      this.fetching = false;
    }
  },

  act() {
    if (this.data.state === 'empty') {
      wx.switchTab({ url: '/pages/booking/booking' });
      return;
    }
    this.setData({ state: 'loading' });
    void this.load();
  },
});
