import { countNow, followDesk } from '../../api/desk-watch';
import { followInbox } from '../../api/feedback-watch';
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

const may = (permission: string) => me().permissions.includes(permission);

Page({
  data: { ...look(), w: staffWords, ...shown(me()), counts: { desk: 0, feedback: 0 } },
  offs: [] as (() => void)[],

  onShow() {
    this.setData(shown(me()));
    this.offs = [onMe((person) => this.setData(shown(person)))];
    if (may('chat.answer')) this.offs.push(followDesk(() => this.setData({ 'counts.desk': countNow() })));
    if (may('feedback.answer')) {
      const onInbox = ({ waiting }: { waiting: number }) => this.setData({ 'counts.feedback': waiting });
      this.offs.push(followInbox({ onInbox }));
    }
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
