import { showUnread } from '../../api/badge';
import { serverNow } from '../../api/clock';
import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { keepLastSpan, lastSpan } from '../../api/last-span';
import { request } from '../../api/request';
import type { BranchHours, Spaces, SpacesArea } from '../../api/types';
import {
  clock,
  earliestStart,
  firstOffer,
  fitted,
  isoOf,
  libraryClock,
  offsetOf,
  openDays,
  type OpenDay,
  type Span,
  type StayRules,
} from '../../logic/span';
import { look } from '../../look';
import { bookingTabWords as words } from '../../words/booking';

interface AreaLine {
  id: string;
  name: string;
  facts: string;
  free: number;
  count: string;
}

interface BranchLines {
  id: string;
  name: string;
  address: string;
  areas: AreaLine[];
}

function opensFor(days: OpenDay[], { date, from, until }: Span): boolean {
  const open = days.find((day) => day.date === date)?.open ?? [];
  return open.some((hours) => hours.from <= from && until <= hours.until);
}

/** Before any area was seen. */
const NO_RULES: StayRules = { step_minutes: 15, min_minutes: 15, max_minutes: 15 };

/** What some area allows: an area that allows less fits the choice to its own rules on its own page. */
function anyRules(areas: SpacesArea[]): StayRules {
  const rules = areas.map((area) => area.rules);
  return {
    step_minutes: Math.min(...rules.map((one) => one.step_minutes)),
    min_minutes: Math.min(...rules.map((one) => one.min_minutes)),
    max_minutes: Math.max(...rules.map((one) => one.max_minutes)),
  };
}

/** Why nothing can be had of an area for the span, whatever its seats; '' when something can. */
function obstacle({ rules, last_date }: SpacesArea, days: OpenDay[], span: Span): string {
  if (!opensFor(days, span)) return words.closedThen;
  if (span.date > last_date) return words.tooFarAhead;
  return span.until - span.from > rules.max_minutes ? words.atMost(rules.max_minutes) : '';
}

function lineOf(area: SpacesArea, days: OpenDay[], span: Span): AreaLine {
  const why = obstacle(area, days, span);
  const free = why ? 0 : area.free_seats;
  return {
    id: area.id,
    name: area.name,
    facts: [area.floor, ...(area.quiet ? [words.quiet] : [])].join('，'),
    free,
    count: why || (free ? words.freeOf(area.seats) : words.full),
  };
}

/** The days on which any branch opens, with the hours of all of them joined. */
function anyOpen(branches: OpenDay[][]): OpenDay[] {
  const dates = [...new Set(branches.flatMap((days) => days.map(({ date }) => date)))].sort();
  return dates.map((date) => {
    const all = branches.flatMap((days) => days.find((day) => day.date === date)?.open ?? []);
    const open: OpenDay['open'] = [];
    for (const hours of all.sort((a, b) => a.from - b.from)) {
      const last = open[open.length - 1];
      if (last && hours.from <= last.until) last.until = Math.max(last.until, hours.until);
      else open.push({ ...hours });
    }
    return { date, open };
  });
}

Page({
  data: {
    ...look(),
    words,
    state: 'loading' as 'loading' | 'ready' | 'error' | 'empty',
    failure: { text: '', requestId: '' } as Failure,
    days: [] as OpenDay[],
    rules: NO_RULES,
    now: null as { date: string; minutes: number } | null,
    span: null as Span | null,
    branches: [] as BranchLines[],
    counting: false,
  },

  hours: new Map<string, OpenDay[]>(),
  lastDate: '',
  offset: '+08:00',
  asked: 0,

  onLoad() {
    this.hours = new Map();
    this.asked = 0;
    void this.load();
  },

  onShow() {
    showUnread();
    this.setData(look());
    if (this.data.state === 'ready') void this.renew();
  },

  async onPullDownRefresh() {
    await this.renew();
    wx.stopPullDownRefresh();
  },

  /** Everything anew once midnight has passed, else the numbers. */
  async renew() {
    const { date } = libraryClock(serverNow(), this.offset);
    await (this.data.state === 'ready' && this.data.now?.date === date ? this.freshen() : this.load());
  },

  async load() {
    if (this.data.state !== 'ready') this.setData({ state: 'loading' });
    try {
      const { branches } = await request<Spaces>('GET', '/api/spaces');
      const hours = await Promise.all(
        branches.map(({ id }) => request<BranchHours>('GET', `/api/branches/${id}/hours`)),
      );
      for (const branch of hours) this.hours.set(branch.branch_id, openDays(branch.days));
      this.learn(branches.flatMap((branch) => branch.areas));
      const spans = hours.flatMap(({ days }) => days.flatMap((day) => day.spans));
      if (spans[0]) this.offset = offsetOf(spans[0].opens_at);
      await this.freshen();
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  learn(areas: SpacesArea[]) {
    if (!areas.length) return;
    this.lastDate = areas.reduce((last, { last_date }) => (last_date > last ? last_date : last), '');
    this.setData({ rules: anyRules(areas) });
  },

  /** The choice as far as time has not overtaken it, and its numbers. */
  async freshen() {
    const now = libraryClock(serverNow(), this.offset);
    const days = anyOpen([...this.hours.values()]).filter(({ date }) => date <= this.lastDate);
    const span = this.kept(days, now) ?? firstOffer(days, this.data.rules, now, lastSpan());
    this.setData({ days, now, span, state: span ? this.data.state : 'empty' });
    if (span) await this.countFree(span);
  },

  /** What is chosen on this page, moved on when its beginning has passed. */
  kept(days: OpenDay[], now: { date: string; minutes: number }): Span | null {
    const { span } = this.data;
    const day = days.find(({ date }) => date === span?.date);
    if (!span || !day || day.date < now.date) return null;
    const { rules } = this.data;
    const earliest = day.date === now.date ? earliestStart(now.minutes, rules.step_minutes) : 0;
    return fitted(span, day, rules, earliest);
  },

  async countFree(span: Span) {
    const mine = (this.asked += 1);
    this.setData({ counting: true });
    const { date, from, until } = span;
    const query = [isoOf(date, from, this.offset), isoOf(date, until, this.offset)].map(encodeURIComponent);
    try {
      const spaces = await request<Spaces>('GET', `/api/spaces?starts_at=${query[0]}&ends_at=${query[1]}`);
      if (mine !== this.asked) return;
      this.learn(spaces.branches.flatMap((branch) => branch.areas));
      this.setData({ branches: this.linesOf(spaces, span), counting: false, state: 'ready' });
    } catch (error) {
      if (mine !== this.asked) return;
      if (this.data.state === 'ready') tellFailure(error);
      else this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  linesOf({ branches }: Spaces, span: Span): BranchLines[] {
    return branches.map(({ id, name, address, areas }) => {
      const days = this.hours.get(id) ?? [];
      return { id, name, address, areas: areas.map((area) => lineOf(area, days, span)) };
    });
  },

  onSpan(event: WechatMiniprogram.CustomEvent<Span>) {
    const span = event.detail;
    keepLastSpan(span);
    this.setData({ span });
    void this.countFree(span);
  },

  openArea(event: WechatMiniprogram.BaseEvent<object, { id: string }>) {
    const { span } = this.data;
    if (!span) return;
    const { date, from, until } = span;
    const { id } = event.currentTarget.dataset;
    wx.navigateTo({
      url: `/pages/area/area?id=${id}&date=${date}&from=${clock(from)}&until=${clock(until)}`,
    });
  },

  openMine() {
    wx.navigateTo({ url: '/pages/bookings/bookings' });
  },
});
