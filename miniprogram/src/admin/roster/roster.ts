import { failureOf, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { RosterWeek } from '../../api/types';
import { weekView, type DayView } from '../../logic/roster';
import { dateAfter } from '../../logic/span';
import { look } from '../../look';
import { rosterWords } from '../../words/roster';

const WEEK = 7;

/** The roster by days, a week at a time from today on. */
Page({
  data: {
    ...look(),
    w: rosterWords,
    bones: [1, 2, 3],
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    /** How many weeks after this one. */
    weeks: 0,
    days: [] as DayView[],
  },
  /** By the server's clock: the first day of this week. */
  today: '',

  onShow() {
    void this.load();
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  async load() {
    const { weeks } = this.data;
    const asked = weeks ? `?day=${dateAfter(this.today, weeks * WEEK)}` : '';
    try {
      const week = await request<RosterWeek>('GET', `/api/admin/roster${asked}`);
      if (weeks !== this.data.weeks) return;
      if (!weeks) this.today = week.days[0]?.day ?? '';
      this.setData({ state: 'ready', days: weekView(week, this.today) });
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  turn(event: WechatMiniprogram.BaseEvent<object, { by: string }>) {
    this.setData({ weeks: Math.max(0, this.data.weeks + Number(event.currentTarget.dataset.by)) });
    void this.load();
  },

  open(event: WechatMiniprogram.BaseEvent<object, { id: string }>) {
    wx.navigateTo({ url: `/admin/roster/turn?id=${event.currentTarget.dataset.id}` });
  },

  add() {
    wx.navigateTo({ url: '/admin/roster/turn' });
  },
});
