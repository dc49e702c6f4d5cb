import { failureOf } from '../../api/failure';
import { request } from '../../api/request';
import { setMe } from '../../api/session';
import type { Me } from '../../api/types';
import { meSay, meWords } from '../../words/me';

/** Where a reader says how to be called; an empty name is allowed. Fires `close`. */
Component({
  properties: {
    open: { type: Boolean, value: false },
    nickname: { type: String, value: '' },
  },
  data: { w: meWords, asked: false, typed: '', busy: false, failure: '' },
  observers: {
    /** WeChat's keyboard for names is private: without agreement the field is one like any other. */
    open(open: boolean) {
      this.setData({ asked: false, typed: this.data.nickname, failure: '' });
      const asked = () => this.setData({ asked: true });
      if (!open) return;
      if (wx.requirePrivacyAuthorize) wx.requirePrivacyAuthorize({ complete: asked });
      else asked();
    },
  },
  methods: {
    /** Also when the field is left: a name that WeChat offers above the keyboard is not typed. */
    type(event: WechatMiniprogram.Input) {
      this.setData({ typed: event.detail.value });
    },
    async save() {
      this.setData({ busy: true, failure: '' });
      try {
        setMe(await request<Me>('PUT', '/api/me', { nickname: this.data.typed.trim() || null }));
        wx.showToast({ title: meSay.saved, icon: 'none' });
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
