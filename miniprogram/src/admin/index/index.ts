import { countNow, followDesk } from '../../api/desk-watch';
import { followInbox } from '../../api/feedback-watch';
import { me, onMe } from '../../api/session';
import type { Me } from '../../api/types';
import { staffPages } from '../../logic/staff';
import { look } from '../../look';
import { staffParts, staffWords } from '../../words/admin';

function shown({ permissions }: Me) {
  const pages = staffPages(permissions).map(({ part, key, icon, path }) => ({
    part,
    key,
    icon,
    path,
    name: staffWords[key],
    facts: staffWords[`${key}Facts`],
  }));
  const parts = [...new Set(pages.map(({ part }) => part))];
  return {
    parts: parts.map((part) => ({
      part,
      name: parts.length > 1 ? staffParts[part] : '',
      pages: pages.filter((page) => page.part === part),
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
