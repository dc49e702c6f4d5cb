import { showUnread } from '../../api/badge';
import { serverNow } from '../../api/clock';
import { confirmed } from '../../api/confirm';
import { countNow, followDesk } from '../../api/desk-watch';
import { tellFailure } from '../../api/failure';
import { askReminders } from '../../api/reminders';
import { request } from '../../api/request';
import {
  ensureSignedIn,
  enterReview,
  leaveReview,
  me,
  onMe,
  refreshMe,
  setMe,
  signOut,
} from '../../api/session';
import type { Device, Me, Reminder, ReminderPurpose } from '../../api/types';
import { clientVersion } from '../../config';
import { grantName, staffPages } from '../../logic/staff';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { accountSay } from '../../words/account';
import { meSay, meWords, roleNames } from '../../words/me';

/** How many of the devices are shown before one asks for all. */
const FEW_DEVICES = 4;
/** As many rows as WeChat's audit likes beside one another. */
const MOST_DEVICES = 50;

/** WeChat tells the server of a consent by itself, a moment after the reader's tap; in ms. */
const CONSENT_ARRIVES_MS = 1_200;

function reminderLine({ purpose, title, balance }: Reminder) {
  return { purpose, title, line: meSay.balance(balance) };
}

function deviceLine(device: Device, now: number) {
  return { id: device.id, current: device.current, line: meSay.lastUsed(moment(device.last_used_at, now)) };
}

function shown(person: Me) {
  const held = person.held.map((role) => grantName(role, serverNow()));
  return {
    me: person,
    initial: [...(person.nickname ?? '')][0] ?? '',
    roles: (held.length ? held : person.roles.map((role) => roleNames[role] ?? role)).join('，'),
    reviewing: person.roles.includes('reviewer'),
    isStaff: staffPages(person.permissions).length > 0,
    reminders: person.reminders.map(reminderLine),
    closes: person.closes_at ? accountSay.closesAt(moment(person.closes_at, serverNow())) : '',
  };
}

Page({
  data: {
    ...look(),
    w: meWords,
    version: meSay.version(clientVersion),
    ...shown(me()),
    devices: [] as ReturnType<typeof deviceLine>[],
    allDevices: '',
    entering: false,
    onDesk: 0,
    sheet: '' as '' | 'nickname' | 'invitation',
  },
  off: () => {},
  leaveDesk: null as (() => void) | null,
  showsAllDevices: false,

  onShow() {
    showUnread();
    this.off = onMe((person) => this.show(person));
    this.show(me());
    void this.load();
  },

  onHide() {
    this.off();
    this.leaveDesk?.();
    this.leaveDesk = null;
  },

  show(person: Me) {
    this.setData(shown(person));
    if (person.permissions.includes('chat.answer'))
      this.leaveDesk ??= followDesk(() => this.setData({ onDesk: countNow() }));
  },

  /** Fetches anew what may have changed elsewhere; when that fails the page stays as it was, under the banner. */
  async load() {
    try {
      const person = await refreshMe();
      if (person.id === null) {
        this.setData({ devices: [] });
        return;
      }
      const { items } = await request<{ items: Device[] }>('GET', '/api/me/sessions');
      const now = serverNow();
      const shownItems = items.slice(0, this.showsAllDevices ? MOST_DEVICES : FEW_DEVICES);
      this.setData({
        devices: shownItems.map((device) => deviceLine(device, now)),
        allDevices: this.showsAllDevices || items.length <= FEW_DEVICES ? '' : meSay.allDevices(items.length),
      });
    } catch {
      return;
    }
  },

  async enter() {
    this.setData({ entering: true });
    try {
      await ensureSignedIn();
      await this.load();
    } catch (error) {
      tellFailure(error);
    } finally {
      this.setData({ entering: false });
    }
  },

  askAgain(event: WechatMiniprogram.TouchEvent) {
    const purpose: ReminderPurpose = event.currentTarget.dataset.purpose;
    void askReminders([purpose]).then((consent) => {
      const agreed = consent[purpose] === 'accept';
      wx.showToast({ title: agreed ? meSay.agreed : meSay.notAgreed, icon: 'none' });
      if (agreed) setTimeout(() => this.load(), CONSENT_ARRIVES_MS);
    });
  },

  /** The person may also say no, and WeChat may have no numbers left for us: then there is no code. */
  addPhone(event: WechatMiniprogram.ButtonGetPhoneNumber) {
    const { code } = event.detail;
    if (code) void this.changePhone('PUT', meSay.phoneAdded, { code });
    else wx.showToast({ title: meSay.noPhone, icon: 'none' });
  },

  async removePhone() {
    if (await confirmed(meSay.removePhone)) await this.changePhone('DELETE', meSay.phoneRemoved);
  },

  async changePhone(method: 'PUT' | 'DELETE', done: string, body?: { code: string }) {
    try {
      setMe(await request<Me>(method, '/api/me/phone', body));
      wx.showToast({ title: done, icon: 'none' });
    } catch (error) {
      tellFailure(error);
    }
  },

  async endDevice(event: WechatMiniprogram.TouchEvent) {
    const id: string = event.currentTarget.dataset.id;
    if (!(await confirmed(meSay.endDevice))) return;
    try {
      await request('DELETE', `/api/me/sessions/${id}`);
    } catch (error) {
      tellFailure(error);
    }
    await this.load();
  },

  showAllDevices() {
    this.showsAllDevices = true;
    return this.load();
  },

  signOutHere() {
    return this.leave(false);
  },

  signOutEverywhere() {
    return this.leave(true);
  },

  async leave(everywhere: boolean) {
    if (!(await confirmed(everywhere ? meSay.signOutEverywhere : meSay.signOutHere))) return;
    try {
      await signOut(everywhere);
      this.setData({ devices: [] });
    } catch (error) {
      tellFailure(error);
    }
  },

  openReview() {
    const success = ({ confirm, content }: WechatMiniprogram.ShowModalSuccessCallbackResult) => {
      const code = content?.trim();
      if (confirm && code) void this.become(() => enterReview(code));
    };
    wx.showModal({ ...meSay.enterReview, success });
  },

  endReview() {
    return this.become(leaveReview);
  },

  /** Begins anew as somebody else. */
  async become(change: () => Promise<void>) {
    try {
      await change();
      wx.switchTab({ url: '/pages/home/home' });
    } catch (error) {
      tellFailure(error);
    }
  },

  openChats() {
    wx.switchTab({ url: '/pages/chat/chat' });
  },

  openBookings() {
    wx.navigateTo({ url: '/pages/bookings/bookings' });
  },

  openFeedback() {
    wx.navigateTo({ url: '/pages/feedback/mine' });
  },

  openCard() {
    wx.navigateTo({ url: '/pages/card/card' });
  },

  openHelpers() {
    wx.navigateTo({ url: '/pages/helpers/helpers' });
  },

  openReport() {
    wx.navigateTo({ url: '/pages/feedback/tell?topic=other' });
  },

  openClosing() {
    wx.navigateTo({ url: '/pages/account/close' });
  },

  openStaff() {
    wx.navigateTo({ url: '/admin/index/index' });
  },

  openNickname() {
    this.setData({ sheet: 'nickname' });
  },

  openInvitation() {
    this.setData({ sheet: 'invitation' });
  },

  /** What was done there may have signed the reader in. */
  closeSheet() {
    this.setData({ sheet: '' });
    void this.load();
  },
});
