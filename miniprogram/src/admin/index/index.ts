import { countNow, followDesk } from '../../api/desk-watch';
import { me, onMe } from '../../api/session';
import type { Me } from '../../api/types';
import { staffPages } from '../../logic/staff';
import { look } from '../../look';
import { staffWords } from '../../words/admin';

function shown({ permissions }: Me) {
  return {
    pages: staffPages(permissions).map(({ key, icon, path }) => ({
      key,
      icon,
      path,
      name: staffWords[key],
      facts: staffWords[`${key}Facts`],
    })),
  };
}

Page({
  data: { ...look(), w: staffWords, ...shown(me()), counts: { desk: 0 } },
  offs: [] as (() => void)[],

  onShow() {
    this.setData(shown(me()));
    this.offs = [onMe((person) => this.setData(shown(person)))];
    if (me().permissions.includes('chat.answer'))
      this.offs.push(followDesk(() => this.setData({ 'counts.desk': countNow() })));
  },

  onHide() {
    this.rest();
  },

  onUnload() {
    this.rest();
  },

  rest() {
    this.offs.forEach((off) => off());
    this.offs = [];
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: event.currentTarget.dataset.path });
  },
});
