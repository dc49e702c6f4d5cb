import { failureOf } from '../../api/failure';
import { request } from '../../api/request';
import { setMe } from '../../api/session';
import type { Me } from '../../api/types';
import { meSay, meWords } from '../../words/me';

/** Where somebody who was invited takes up their role. Fires `close`. */
Component({
  properties: {
    open: { type: Boolean, value: false },
  },
  data: { w: meWords, typed: '', busy: false, failure: '' },
  observers: {
    open(open: boolean) {
      if (open) this.setData({ typed: '', failure: '' });
    },
  },
  methods: {
    type(event: WechatMiniprogram.Input) {
      this.setData({ typed: event.detail.value.trim() });
    },
    async accept() {
      this.setData({ busy: true, failure: '' });
      try {
        setMe(await request<Me>('POST', '/api/invitations/accept', { code: this.data.typed }));
        wx.showToast({ title: meSay.joined, icon: 'none' });
        this.close();
      } catch (error) {
        this.setData({ failure: failureOf(error).text });
      } finally {
        this.setData({ busy: false });
      }
    },
    close() {
      this.triggerEvent('close');
    },
  },
});
