import { failureOf, type Failure } from '../../api/failure';
import { forBody } from '../../api/helping';
import { ApiError, newKey, request } from '../../api/request';
import { scanned } from '../../api/scan';
import type { Booking } from '../../api/types';
import { detailPage } from '../../logic/booking';
import { clockOf } from '../../logic/time';
import { look } from '../../look';
import { checkInWords as words } from '../../words/booking';
import { common } from '../../words/common';

function viewOf({ seat, ends_at }: Booking) {
  return {
    label: seat.label,
    place: `${seat.branch_name} · ${seat.area_name} · ${seat.floor}`,
    text: words.doneText(clockOf(ends_at)),
  };
}

/** Where a seat's code leads when it is scanned with WeChat itself: it checks in at once. With `typing`, asks for the code. */
Page({
  data: {
    ...look(),
    words,
    common,
    state: 'doing' as 'doing' | 'done' | 'failed' | 'typing',
    failure: { text: '', requestId: '' } as Failure,
    again: false,
    typed: '',
    forId: '',
    view: null as ReturnType<typeof viewOf> | null,
  },

  code: '',
  bookingId: '',

  onLoad({ scene, typing, for: forId }: Record<string, string | undefined>) {
    this.setData({ forId: forId ?? '' });
    if (typing) this.typeCode();
    else this.begin(decodeURIComponent(scene ?? ''));
  },

  begin(code: string) {
    this.code = code;
    if (code) void this.checkIn();
    else this.setData({ state: 'failed', failure: { text: words.noCode, requestId: '' }, again: false });
  },

  async checkIn() {
    this.setData({ state: 'doing' });
    try {
      const body = { code: this.code, idempotency_key: newKey(), ...forBody(this.data.forId) };
      const booking = await request<Booking>('POST', '/api/check-ins', body);
      this.bookingId = booking.id;
      this.setData({ state: 'done', view: viewOf(booking) });
    } catch (error) {
      // What the server refused is refused again; what it did not hear, or could not do, may work now.
      const again = !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
      this.setData({ state: 'failed', failure: failureOf(error), again });
    }
  },

  /** What is not one's own may be that of somebody for whom one acts. */
  onFor(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.setData({ forId: event.detail.id });
    if (this.code) void this.checkIn();
  },

  async onScan() {
    const code = await scanned();
    if (code !== null) this.begin(code);
  },

  /** For a camera that cannot read the code: it is also printed in letters. */
  typeCode() {
    this.setData({ state: 'typing', typed: '' });
  },

  onTyped(event: WechatMiniprogram.Input) {
    this.setData({ typed: event.detail.value.trim() });
  },

  useTyped() {
    if (this.data.typed) this.begin(this.data.typed);
  },

  openBooking() {
    wx.redirectTo({ url: detailPage(this.bookingId, this.data.forId) });
  },

  openBookings() {
    wx.redirectTo({ url: '/pages/bookings/bookings' });
  },

  find() {
    wx.switchTab({ url: '/pages/booking/booking' });
  },
});
