import { ask } from '../../api/ask';
import { showUnread } from '../../api/badge';
import { outbox } from '../../api/chat-outbox';
import { serverNow } from '../../api/clock';
import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { beHere } from '../../api/presence';
import { ensureSignedIn, onIdentity, setChatUnread, tokenNow } from '../../api/session';
import { live } from '../../api/socket';
import { followStaffed } from '../../api/staffed';
import type { Chats, Conversation } from '../../api/types';
import { askingPage, threadPage } from '../../logic/chat-about';
import { hereOf } from '../../logic/chat-here';
import { lineOf, unsentLine, type ChatLine } from '../../logic/chat-lines';
import { look } from '../../look';
import { chatWords } from '../../words/chat';

const AT_ONCE = 20;
/** News that change the list; several come at once, and it is asked for once. */
const NEWS = ['chat_event', 'chat_unread'];
const SOON_MS = 300;

Page({
  data: {
    ...look(),
    w: chatWords,
    bones: [1, 2, 3],
    /** Of the first card. */
    stateOfHere: 'loading' as 'loading' | 'ready' | 'error',
    here: null as ReturnType<typeof hereOf> | null,
    hereFailure: { text: '', requestId: '' } as Failure,
    /** Of the list. */
    state: 'loading' as 'loading' | 'ready' | 'empty' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    signedOut: false,
    entering: false,
    lines: [] as ChatLine[],
    open: false,
  },
  offs: [] as (() => void)[],
  items: [] as Conversation[],
  next: null as string | null,
  fetching: false,
  soon: 0,

  onShow() {
    this.setData(look());
    showUnread();
    this.leave();
    this.offs = [
      beHere(false),
      followStaffed(
        (staffed) => this.setData({ stateOfHere: 'ready', here: hereOf(staffed, serverNow()) }),
        (error) => this.setData({ stateOfHere: 'error', hereFailure: failureOf(error) }),
      ),
      live.onNews(NEWS, () => this.loadSoon()),
      outbox.onChange(() => this.show()),
      onIdentity(() => this.enter()),
    ];
    this.enter();
  },

  onHide() {
    this.leave();
  },

  leave() {
    clearTimeout(this.soon);
    this.offs.splice(0).forEach((off) => off());
  },

  async onPullDownRefresh() {
    if (!this.data.signedOut) await this.load();
    wx.stopPullDownRefresh();
  },

  /** A guest sees who is there; what they asked stands behind their sign-in. */
  enter() {
    if (tokenNow()) {
      this.setData({ signedOut: false });
      void this.load();
      return;
    }
    this.items = [];
    this.setData({ signedOut: true, state: 'ready', lines: [], open: false });
  },

  loadSoon() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => void this.load(), SOON_MS);
  },

  async load() {
    if (this.data.state === 'error') this.setData({ state: 'loading' });
    try {
      const { items, next, unread } = await ask<Chats>('chat_list', { limit: AT_ONCE });
      this.items = items;
      this.next = next;
      setChatUnread(unread);
      this.show();
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  show() {
    if (this.data.signedOut) return;
    const now = serverNow();
    const unsent = outbox.of('');
    const lines = [...unsent.slice(0, 1).map(unsentLine), ...this.items.map((one) => lineOf(one, now))];
    this.setData({
      lines,
      state: lines.length ? 'ready' : 'empty',
      open: this.items.some(({ state }) => state !== 'closed'),
    });
  },

  async onReachBottom() {
    if (this.fetching || !this.next) return;
    this.fetching = true;
    try {
      const { items, next } = await ask<Chats>('chat_list', { after: this.next, limit: AT_ONCE });
      this.items = [...this.items, ...items];
      this.next = next;
      this.show();
    } catch (error) {
      tellFailure(error);
    } finally {
      this.fetching = false;
    }
  },

  async signIn() {
    this.setData({ entering: true });
    try {
      await ensureSignedIn();
    } catch (error) {
      tellFailure(error);
    } finally {
      this.setData({ entering: false });
    }
  },

  ask() {
    wx.navigateTo({ url: askingPage() });
  },

  openChat(event: WechatMiniprogram.BaseEvent<object, { id: string }>) {
    const { id } = event.currentTarget.dataset;
    wx.navigateTo({ url: id ? threadPage(id) : askingPage() });
  },

  tellUs() {
    wx.navigateTo({ url: '/pages/feedback/tell' });
  },
});
