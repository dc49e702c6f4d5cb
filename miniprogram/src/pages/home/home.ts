import { showUnread } from '../../api/badge';
import { serverNow } from '../../api/clock';
import { failureOf, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import { onIdentity, setUnread } from '../../api/session';
import { live } from '../../api/socket';
import type { Announcement, Booking, Home, HomeBranch } from '../../api/types';
import { openLine } from '../../logic/open';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { common } from '../../words/common';
import { homeSay, homeWords } from '../../words/home';

/** News that change what this page says. */
const NEWS = ['home_changed', 'bookings_changed'];
/** How often the free counts are asked for while the page is shown, in ms. */
const REFRESH_MS = 60_000;

function branchLine(branch: HomeBranch, now: number) {
  return {
    id: branch.id,
    name: branch.name,
    line: openLine(branch.open, now),
    openNow: branch.open.open_now,
    freeOf: homeSay.freeOf(branch.free_seats, branch.seats),
    percent: branch.seats === 0 ? 0 : Math.round((100 * branch.free_seats) / branch.seats),
  };
}

function shown(home: Home, now: number) {
  const { announcement } = home;
  const open = home.branches.filter((branch) => branch.open.open_now);
  const sum = (count: (branch: HomeBranch) => number) => open.reduce((all, one) => all + count(one), 0);
  return {
    library: home.library_name,
    open: { now: home.open.open_now, line: openLine(home.open, now) },
    free: sum((branch) => branch.free_seats),
    allSeats: homeSay.allSeats(sum((branch) => branch.seats)),
    booking: home.next_booking,
    announcement: announcement && {
      ...announcement,
      updated: homeSay.updated(moment(announcement.updated_at, now)),
    },
    branches: home.branches.map((branch) => branchLine(branch, now)),
  };
}

Page({
  data: {
    ...look(),
    w: homeWords,
    common,
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    library: '',
    open: { now: false, line: '' },
    free: 0,
    allSeats: '',
    booking: null as Booking | null,
    announcement: null as (Announcement & { updated: string }) | null,
    branches: [] as ReturnType<typeof branchLine>[],
  },
  quiet: [] as (() => void)[],

  onShow() {
    showUnread();
    const timer = setInterval(() => this.load(), REFRESH_MS);
    this.quiet = [
      live.onNews(NEWS, () => void this.load()),
      onIdentity(() => this.load()),
      () => clearInterval(timer),
    ];
    void this.load();
  },

  onHide() {
    this.quiet.forEach((off) => off());
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  /** Fetches anew; what is shown stays when that fails, under the banner that says so. */
  async load() {
    if (this.data.state === 'error') this.setData({ state: 'loading' });
    try {
      const home = await request<Home>('GET', '/api/home');
      this.setData({ state: 'ready', ...shown(home, serverNow()) });
      setUnread(home.unread);
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  book() {
    wx.switchTab({ url: '/pages/booking/booking' });
  },

  search() {
    wx.navigateTo({ url: '/pages/search/search' });
  },

  openHours(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: `/pages/hours/hours?branch=${event.currentTarget.dataset.id}` });
  },
});
