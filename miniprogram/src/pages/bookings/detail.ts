import { serverNow } from '../../api/clock';
import { failureOf, type Failure } from '../../api/failure';
import { forBody, forQuery } from '../../api/helping';
import { newKey, request } from '../../api/request';
import { scanned } from '../../api/scan';
import { live } from '../../api/socket';
import type { Booking } from '../../api/types';
import { detailPage, nextStepOf } from '../../logic/booking';
import { askingPage } from '../../logic/chat-about';
import { clockOf, when } from '../../logic/time';
import { look } from '../../look';
import { detailWords as words } from '../../words/booking';
import { bookingStates } from '../../words/booking-card';
import { chatWords } from '../../words/chat';
import { common } from '../../words/common';
import { helperWords } from '../../words/helpers';

type Asking = '' | 'cancel' | 'finish';

const none: Failure = { text: '', requestId: '' };

/** A timer that waits longer than this is not needed: the page is shown anew before. */
const LONGEST_WAIT_MS = 6 * 3_600_000;

function viewOf(booking: Booking, now: number) {
  const { seat, state, can } = booking;
  const standing = state === 'booked' || state === 'checked_in';
  const step = nextStepOf(booking, now);
  return {
    id: booking.id,
    finished: state === 'finished',
    title: words.titles[state],
    seal: bookingStates[state].seal,
    label: seat.label,
    place: `${seat.branch_name} · ${seat.area_name} · ${seat.floor}`,
    when: when(booking, now),
    by: booking.helper ? (booking.helper.name ?? helperWords.unnamed) : '',
    checkedIn: booking.checked_in_at && clockOf(booking.checked_in_at),
    step: state === 'cancelled' || state === 'finished' ? words.endings[state] : step,
    urgent: state === 'booked',
    action: can.check_in ? 'check-in' : standing ? '' : 'again',
    canFinish: can.finish,
    canCancel: can.cancel,
  };
}

/** Ms until the clock alone changes what can be done with the booking, or null. */
function nextTurn({ checkin_opens_at, checkin_closes_at, ends_at }: Booking, now: number): number | null {
  const waits = [checkin_opens_at, checkin_closes_at ?? ends_at, ends_at].map((at) => Date.parse(at) - now);
  const ahead = waits.filter((wait) => wait > 0 && wait < LONGEST_WAIT_MS);
  return ahead.length ? Math.min(...ahead) + 500 : null;
}

Page({
  data: {
    ...look(),
    words,
    librarian: chatWords.askLibrarian,
    common,
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: none,
    view: null as ReturnType<typeof viewOf> | null,
    own: true,
    fresh: false,
    refusal: none,
    refusedTitle: '',
    asking: '' as Asking,
    busy: false,
  },

  bookingId: '',
  /** Whose it is, when not the person's own. */
  forId: '',
  booking: null as Booking | null,
  timer: 0,
  unfollow: () => undefined as unknown,

  onLoad({ id, made, for: forId }: Record<string, string | undefined>) {
    this.bookingId = id ?? '';
    this.forId = forId ?? '';
    this.booking = null;
    this.setData({ fresh: made === '1', own: !forId });
    this.unfollow = live.onNews<{ booking_id: string }>(['bookings_changed'], (news) => {
      const mine = !news || news.booking_id === this.bookingId;
      if (mine && !this.data.busy) void this.load();
    });
  },

  onShow() {
    this.setData(look());
    void this.load();
  },

  onHide() {
    clearTimeout(this.timer);
  },

  onUnload() {
    clearTimeout(this.timer);
    this.unfollow();
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  async load() {
    if (!this.booking) this.setData({ state: 'loading' });
    try {
      const asked = this.forId ? `?${forQuery(this.forId)}` : '';
      this.show(await request<Booking>('GET', `/api/bookings/${this.bookingId}${asked}`));
    } catch (error) {
      if (!this.booking) this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  show(booking: Booking) {
    const now = serverNow();
    this.booking = booking;
    this.setData({ state: 'ready', view: viewOf(booking, now) });
    clearTimeout(this.timer);
    const wait = nextTurn(booking, now);
    if (wait !== null) this.timer = setTimeout(() => void this.load(), wait);
  },

  async onScan() {
    const code = await scanned();
    if (code === null) return;
    const done = await this.change(words.checkInFailed, '/api/check-ins', { code });
    // The code on the seat decides which booking it was.
    if (done && done.id !== this.bookingId) wx.redirectTo({ url: detailPage(done.id, this.forId, true) });
    else if (done) this.setData({ fresh: true });
  },

  onType() {
    wx.navigateTo({ url: `/pages/check-in/check-in?typing=1${this.forId ? `&for=${this.forId}` : ''}` });
  },

  onAgain() {
    const { area_id } = this.booking?.seat ?? {};
    // In place of this page, which is over: booking and cancelling by turns would fill the ten pages WeChat allows.
    wx.redirectTo({ url: `/pages/area/area?id=${area_id}` });
  },

  onAsk() {
    const { view } = this.data;
    if (!view) return;
    wx.navigateTo({
      url: askingPage({ kind: 'booking', id: this.bookingId }, `${view.label}，${view.when}`),
    });
  },

  ask(event: WechatMiniprogram.BaseEvent<object, { what: Asking }>) {
    this.setData({ asking: event.currentTarget.dataset.what, refusal: none });
  },

  keep() {
    this.setData({ asking: '' });
  },

  async onSure() {
    const what = this.data.asking;
    if (!what || this.data.busy) return;
    const title = what === 'cancel' ? words.cancelFailed : words.finishFailed;
    await this.change(title, `/api/bookings/${this.bookingId}/${what}`, {});
    this.setData({ asking: '' });
  },

  /** One change; a refusal is said on the page, and the booking is shown as the server has it. */
  async change(refusedTitle: string, path: string, body: object): Promise<Booking | null> {
    this.setData({ busy: true, refusal: none });
    try {
      const wish = { ...body, ...forBody(this.forId), idempotency_key: newKey() };
      const booking = await request<Booking>('POST', path, wish);
      if (booking.id === this.bookingId) this.show(booking);
      return booking;
    } catch (error) {
      this.setData({ refusal: failureOf(error), refusedTitle });
      void this.load();
      return null;
    } finally {
      this.setData({ busy: false });
    }
  },
});
