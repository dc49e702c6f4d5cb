import { serverNow } from '../../api/clock';
import type { Booking } from '../../api/types';
import { nextStepOf } from '../../logic/booking';
import { when } from '../../logic/time';
import { bookingStates } from '../../words/booking-card';

/** One booking with its next step; a tap opens its page. */
Component({
  properties: {
    booking: { type: Object, value: null as unknown as Booking },
  },
  data: { when: '', step: '', state: bookingStates.booked },
  observers: {
    booking(booking: Booking | null) {
      if (!booking) return;
      const now = serverNow();
      this.setData({
        when: when(booking, now),
        step: nextStepOf(booking, now),
        state: bookingStates[booking.state],
      });
    },
  },
  methods: {
    openDetail() {
      wx.navigateTo({ url: `/pages/bookings/detail?id=${this.data.booking.id}` });
    },
  },
});
