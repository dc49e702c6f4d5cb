import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { serverNow } from '../../api/clock';
import { askReminders } from '../../api/reminders';
import { ApiError } from '../../api/request';
import type { AreaPlan, Booking, PlanSeat, SeatRules } from '../../api/types';
import { keepLastSpan, lastSpan } from '../../api/last-span';
import { detailPage } from '../../logic/booking';
import { askingPage } from '../../logic/chat-about';
import { count, type SeatState } from '../../logic/seat-states';
import { isoOf, minutesOf, type OpenDay, type Span } from '../../logic/span';
import { when } from '../../logic/time';
import { look } from '../../look';
import { areaWords, panelWords } from '../../words/booking';
import { chatWords } from '../../words/chat';
import { common } from '../../words/common';
import { Attempt } from './attempt';
import { features, signs } from './legend';
import { panelOf, refusalOf, type Panel, type Standing } from './panel';
import { Watching } from './watching';

type Query = Record<string, string | undefined>;
type Shown = { show(plan: AreaPlan, states: Map<string, SeatState>): void } & Updated;
type Updated = {
  update(states: Map<string, SeatState>): void;
  choose(id: string | null, covered?: number): void;
};
type MapShown = Shown & { measure(): void };

const LEGEND_READ = 'legend_read';
const VIEW = 'area_view';

function wishIn({ date, from, until }: Query): Span | null {
  return date && from && until ? { date, from: minutesOf(from), until: minutesOf(until) } : null;
}

Page({
  data: {
    ...look(),
    words: areaWords,
    panelWords,
    ask: chatWords.askLibrarian,
    common,
    signs,
    features,
    state: 'loading' as 'loading' | 'ready' | 'error' | 'empty',
    failure: { text: '', requestId: '' } as Failure,
    view: 'map' as 'map' | 'list',
    when: '',
    count: areaWords.counting,
    place: '',
    legend: false,
    panel: null as Panel | null,
    forId: '',
    covered: 0,
    choosing: false,
    days: [] as OpenDay[],
    rules: null as SeatRules | null,
    now: null as { date: string; minutes: number } | null,
    wish: null as Span | null,
  },

  watching: null as unknown as Watching,
  wished: null as Span | null,
  chosen: null as PlanSeat | null,
  standing: { kind: 'none' } as Standing,
  attempt: null as Attempt | null,
  loaded: Promise.resolve(),

  onLoad(query: Query) {
    this.wished = wishIn(query) ?? lastSpan();
    this.chosen = null;
    this.standing = { kind: 'none' };
    this.attempt = null;
    this.watching = new Watching(query.id ?? '', {
      onPlan: (plan) => this.showPlan(plan),
      onStates: () => this.showStates(),
      onMoved: (span) => this.showMoved(span),
      onError: (error) => void this.tell(error),
    });
    this.setData({ ...look(), view: wx.getStorageSync(VIEW) === 'list' ? 'list' : 'map' });
    this.loaded = this.load();
  },

  onUnload() {
    this.attempt?.giveUp();
    this.attempt = null;
    this.watching.stop();
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      await this.watching.load(this.wished);
      if (!this.watching.span) this.setData({ state: 'empty' });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  /** What failed beside the page's first fetch, which has an error page of its own; the banner tells of the network. */
  async tell(error: unknown) {
    await this.loaded;
    if (this.data.state !== 'ready') return;
    if (!(error instanceof ApiError) || error.code !== 'offline') tellFailure(error);
  },

  // ------------------------------------------------------------ what is shown

  map(): MapShown | null {
    return this.selectComponent('#map') as unknown as MapShown | null;
  },

  list(): Shown | null {
    return this.selectComponent('#list') as unknown as Shown | null;
  },

  showPlan(plan: AreaPlan) {
    wx.setNavigationBarTitle({ title: plan.name });
    const needs = plan.rules.needs_card ? ` · ${areaWords.needsCard}` : '';
    const place = `${plan.branch_name} · ${plan.floor}${needs}`;
    this.setData(
      { state: 'ready', place, rules: plan.rules, legend: !wx.getStorageSync(LEGEND_READ) },
      () => {
        this.map()?.show(plan, this.watching.states);
        this.list()?.show(plan, this.watching.states);
      },
    );
  },

  showStates() {
    const { states } = this.watching;
    const text = areaWords.free(count(states, 'free'));
    if (text !== this.data.count) this.setData({ count: text });
    this.map()?.update(states);
    this.list()?.update(states);
    this.showSpan();
    this.showPanel();
  },

  showSpan() {
    const { span, day } = this.watching;
    if (!span || !day) return;
    const text = when(this.instants(span), serverNow());
    if (text === this.data.when) return;
    // In large type a longer date takes a line more from the map.
    this.setData({ when: text }, () => this.map()?.measure());
  },

  showMoved(span: Span) {
    this.showSpan();
    wx.showToast({ title: areaWords.moved(when(this.instants(span), serverNow())), icon: 'none' });
  },

  showPanel() {
    const { chosen, standing, watching } = this;
    const offer = chosen && watching.offer(chosen);
    const state = chosen && watching.states.get(chosen.id);
    const panel =
      chosen && offer && state && watching.span
        ? panelOf(chosen, state, offer, watching.span, standing)
        : null;
    if (JSON.stringify(panel) === JSON.stringify(this.data.panel)) return;
    this.setData({ panel }, () => this.measurePanel());
  },

  /** The map keeps the chosen seat in sight above the panel, whatever height its words need. */
  measurePanel() {
    this.createSelectorQuery()
      .select('#panel')
      .boundingClientRect((area: WechatMiniprogram.BoundingClientRectCallbackResult | null) => {
        const covered = Math.round(area?.height ?? 0);
        if (covered !== this.data.covered) this.setData({ covered });
        this.map()?.choose(this.chosen?.id ?? null, covered);
        this.list()?.choose(this.chosen?.id ?? null);
      })
      .exec();
  },

  instants({ date, from, until }: Span) {
    const { offset } = this.watching;
    return { starts_at: isoOf(date, from, offset), ends_at: isoOf(date, until, offset) };
  },

  // ------------------------------------------------------------ choosing

  onSeat(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.choose(this.watching.plan?.seats.find(({ id }) => id === event.detail.id) ?? null);
  },

  /** Another seat can be chosen once the last wish is known to be booked or refused. */
  choose(seat: PlanSeat | null) {
    if (this.attempt) return;
    this.chosen = seat;
    this.standing = { kind: 'none' };
    this.showPanel();
  },

  onClose() {
    this.choose(null);
  },

  onView(event: WechatMiniprogram.BaseEvent<object, { view: 'map' | 'list' }>) {
    const { view } = event.currentTarget.dataset;
    wx.setStorageSync(VIEW, view);
    this.setData({ view }, () => this.map()?.measure());
  },

  onLegend() {
    if (this.data.legend) wx.setStorageSync(LEGEND_READ, true);
    this.setData({ legend: !this.data.legend });
  },

  openChooser() {
    const { days, span } = this.watching;
    if (this.attempt) return;
    this.setData({ choosing: true, days, now: this.watching.now(), wish: span });
  },

  closeChooser() {
    this.setData({ choosing: false });
  },

  onSpan(event: WechatMiniprogram.CustomEvent<Span>) {
    this.setData({ wish: event.detail });
  },

  useSpan() {
    this.setData({ choosing: false });
    if (this.data.wish) this.useThis(this.data.wish);
  },

  useThis(span: Span) {
    keepLastSpan(span);
    this.standing = { kind: 'none' };
    this.watching.watch(span);
  },

  // ------------------------------------------------------------ booking

  onAct() {
    const { chosen, standing } = this;
    const action = this.data.panel?.action;
    const offer = chosen && this.watching.offer(chosen);
    if (action === 'again') this.attempt?.hurry();
    if (!offer) return;
    if (action === 'card') {
      // The same wish can be sent again from here when the card is bound.
      this.stand('none');
      wx.navigateTo({ url: '/pages/card/card' });
    }
    if (action === 'mine') {
      const ours = offer.kind === 'mine' ? `/pages/bookings/detail?id=${offer.bookingId}` : '';
      wx.navigateTo({ url: standing.kind === 'refused' ? (standing.mine ?? ours) : ours });
    }
    if (action === 'later' && offer.kind === 'ends-soon' && offer.later) this.useThis(offer.later);
    if (action === 'near') {
      const near = standing.kind === 'refused' ? standing.near : 'near' in offer ? offer.near : null;
      if (near) this.choose(near);
    }
  },

  /** Consent is asked first, in the tap itself: WeChat refuses it after any await. The booking does not wait for it. */
  onBook() {
    const { chosen, watching } = this;
    if (!chosen || !watching.span || this.attempt) return;
    const answered = askReminders(['seat_reminder', 'booking_lapsed']);
    void this.book(chosen, watching.span, answered);
  },

  async book(seat: PlanSeat, span: Span, answered: Promise<unknown>) {
    const { starts_at, ends_at } = this.instants(span);
    keepLastSpan(span);
    this.attempt = new Attempt(
      { seatId: seat.id, startsAt: starts_at, endsAt: ends_at, forId: this.data.forId },
      () => this.stand('unknown'),
    );
    this.stand('asking');
    try {
      const [booking] = await Promise.all([this.attempt.run(), answered]);
      // Who has left meanwhile keeps the page they are on.
      if (booking && this.attempt) this.booked(booking);
    } catch (error) {
      this.refused(seat, error);
    }
    this.attempt = null;
  },

  /** A question about the chosen seat, in the hours that are looked at. */
  onAsk() {
    const { chosen, watching } = this;
    if (!chosen || !watching.span) return;
    const about = { kind: 'seat' as const, id: chosen.id, ...this.instants(watching.span) };
    wx.navigateTo({ url: askingPage(about, `${chosen.label}，${this.data.when}`) });
  },

  onFor(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    if (!this.attempt) this.setData({ forId: event.detail.id });
  },

  stand(kind: 'none' | 'asking' | 'unknown') {
    this.standing = { kind };
    this.showPanel();
  },

  booked({ id }: Booking) {
    wx.redirectTo({ url: detailPage(id, this.data.forId, true) });
  },

  refused(seat: PlanSeat, error: unknown) {
    const refusal = refusalOf(error, seat, this.watching.plan, this.watching.states);
    // What stands in somebody else's way is not to be opened as one's own.
    this.standing = this.data.forId ? { ...refusal, mine: null, card: false } : refusal;
    this.showPanel();
  },
});
