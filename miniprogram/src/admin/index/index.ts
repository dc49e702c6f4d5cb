import { me, onMe } from '../../api/session';
import type { Me } from '../../api/types';
import { staffPages } from '../../logic/staff';
import { look } from '../../look';
import { staffWords } from '../../words/admin';

function shown({ permissions }: Me) {
  return {
    pages: staffPages(permissions).map(({ key, icon }) => ({
      key,
      icon,
      name: staffWords[key],
      facts: staffWords[`${key}Facts`],
    })),
  };
}

Page({
  data: { ...look(), w: staffWords, ...shown(me()) },
  off: () => {},

  onLoad() {
    this.setData(shown(me()));
    this.off = onMe((person) => this.setData(shown(person)));
  },

  onUnload() {
    this.off();
  },

  open(event: WechatMiniprogram.TouchEvent) {
    const { key } = event.currentTarget.dataset;
    wx.navigateTo({ url: `/admin/${key}/${key}` });
  },
});
