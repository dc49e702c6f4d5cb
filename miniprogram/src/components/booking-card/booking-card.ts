import { serverNow } from '../../api/clock';
import type { Booking } from '../../api/types';
import { detailPage, nextStepOf } from '../../logic/booking';
import { when } from '../../logic/time';
import { bookingStates } from '../../words/booking-card';
import { helperSay } from '../../words/helpers';

/** One booking with its next step; a tap opens its page. */
Component({
  properties: {
    booking: { type: Object, value: null as unknown as Booking },
    /** Whose it is, when not the person's own. */
    forId: { type: String, value: '' },
  },
  data: { when: '', step: '', by: '', state: bookingStates.booked },
  observers: {
    booking(booking: Booking | null) {
      if (!booking) return;
      const now = serverNow();
      this.setData({
        when: when(booking, now),
        step: nextStepOf(booking, now),
        by: booking.helper ? helperSay.by(booking.helper.name) : '',
        state: bookingStates[booking.state],
      });
    },
  },
  methods: {
    openDetail() {
      wx.navigateTo({ url: detailPage(this.data.booking.id, this.data.forId) });
    },
  },
});
