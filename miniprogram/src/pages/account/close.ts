import { serverNow } from '../../api/clock';
import { tellFailure } from '../../api/failure';
import { request } from '../../api/request';
import { me, onMe, refreshMe, setMe } from '../../api/session';
import type { Me } from '../../api/types';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { accountSay, accountWords } from '../../words/account';

function shown({ closes_at }: Me) {
  return { closes: closes_at ? accountSay.closesAt(moment(closes_at, serverNow())) : '' };
}

Page({
  data: { ...look(), w: accountWords, ...shown(me()), busy: false },
  off: () => {},

  onShow() {
    this.off = onMe((person) => this.setData(shown(person)));
    refreshMe().catch(() => undefined);
  },

  onHide() {
    this.off();
  },

  onUnload() {
    this.off();
  },

  close() {
    wx.showModal({
      ...accountSay.sure,
      success: ({ confirm }) => {
        if (confirm) void this.ask('POST', accountSay.planned);
      },
    });
  },

  keep() {
    return this.ask('DELETE', accountSay.kept);
  },

  async ask(method: 'POST' | 'DELETE', said: string) {
    if (this.data.busy) return;
    this.setData({ busy: true });
    try {
      setMe(await request<Me>(method, '/api/me/closing', method === 'POST' ? {} : undefined));
      wx.showToast({ title: said, icon: 'none' });
    } catch (error) {
      tellFailure(error);
    } finally {
      this.setData({ busy: false });
    }
  },
});
