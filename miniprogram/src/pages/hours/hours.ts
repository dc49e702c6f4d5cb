import { failureOf, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { BranchHours, HoursDay } from '../../api/types';
import { askingPage } from '../../logic/chat-about';
import { dayName, hoursOf } from '../../logic/time';
import { look } from '../../look';
import { chatWords } from '../../words/chat';
import { hoursWords } from '../../words/hours';

function dayLine(day: HoursDay, today: string) {
  return {
    date: day.date,
    name: dayName(day.date, today),
    isToday: day.date === today,
    note: day.note ?? '',
    times: day.spans.map(({ opens_at, closes_at }) => hoursOf({ starts_at: opens_at, ends_at: closes_at })),
  };
}

Page({
  data: {
    ...look(),
    w: hoursWords,
    ask: chatWords.askLibrarian,
    bones: [1, 2, 3, 4, 5, 6, 7],
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    branch: '',
    days: [] as ReturnType<typeof dayLine>[],
  },
  branchId: '',

  onLoad({ branch = '' }: { branch?: string }) {
    this.branchId = branch;
    void this.load();
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      const hours = await request<BranchHours>('GET', `/api/branches/${this.branchId}/hours`);
      // The server lists the days from its own today on.
      const today = hours.days[0]?.date ?? '';
      this.setData({
        state: hours.days.length === 0 ? 'empty' : 'ready',
        branch: hours.name,
        days: hours.days.map((day) => dayLine(day, today)),
      });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  onAsk() {
    wx.navigateTo({ url: askingPage({ kind: 'branch', id: this.branchId }, this.data.branch) });
  },
});
