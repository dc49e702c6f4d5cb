import { showUnread } from '../../api/badge';
import { serverNow } from '../../api/clock';
import { failureOf, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import { ensureSignedIn, me, onIdentity, setUnread, signedOutByChoice, tokenNow } from '../../api/session';
import { live } from '../../api/socket';
import type { Inbox, InboxItem } from '../../api/types';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { messagesWords, purposes } from '../../words/messages';

const AT_ONCE = 20;

/** `marked` are shown as unread though the server knows that they were seen: since this visit only. */
function messageLine(item: InboxItem, now: number, marked: string[]) {
  return {
    id: item.id,
    title: item.title,
    text: item.text,
    page: item.page,
    read: item.read && !marked.includes(item.id),
    icon: purposes[item.purpose]?.icon ?? 'bell',
    time: moment(item.created_at, now),
  };
}

Page({
  data: {
    ...look(),
    w: messagesWords,
    bones: [1, 2, 3, 4],
    state: 'loading',
    signedOut: false,
    failure: { text: '', requestId: '' } as Failure,
    items: [] as ReturnType<typeof messageLine>[],
    next: null as string | null,
  },
  offs: [] as (() => void)[],
  fetchingMore: false,
  marked: [] as string[],

  onShow() {
    showUnread();
    this.offs = [
      live.onNews(['inbox_changed'], () => void this.load()),
      onIdentity(() => {
        if (!tokenNow()) this.showSignedOut();
      }),
    ];
    if (me().id === null && signedOutByChoice()) this.showSignedOut();
    else void this.enter();
  },

  onHide() {
    this.offs.forEach((off) => off());
    this.marked = [];
  },

  showSignedOut() {
    this.setData({ state: 'empty', signedOut: true, items: [], next: null });
  },

  async onPullDownRefresh() {
    if (!this.data.signedOut) await this.load();
    wx.stopPullDownRefresh();
  },

  /** The empty page's one action, or another try after an error. */
  act() {
    if (this.data.state === 'empty' && !this.data.signedOut) wx.switchTab({ url: '/pages/booking/booking' });
    else void this.enter();
  },

  /** Shows the reader's messages, signing in first when nobody is. */
  async enter() {
    if (this.data.state !== 'ready') this.setData({ state: 'loading', signedOut: false });
    try {
      await ensureSignedIn();
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
      return;
    }
    await this.load();
  },

  async load() {
    try {
      const inbox = await request<Inbox>('GET', `/api/inbox?limit=${AT_ONCE}`);
      const now = serverNow();
      this.mark(inbox);
      this.setData({
        state: inbox.items.length === 0 ? 'empty' : 'ready',
        signedOut: false,
        items: inbox.items.map((item) => messageLine(item, now, this.marked)),
        next: inbox.next,
      });
      await this.noteRead(inbox);
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  mark({ items }: Inbox) {
    this.marked.push(...items.filter(({ read }) => !read).map(({ id }) => id));
  },

  /** Tells the server what was seen; the marks stay on the page until it is left. */
  async noteRead({ items: [newest], unread }: Inbox) {
    setUnread(unread);
    if (!newest || unread === 0) return;
    const told = await request<{ unread: number }>('POST', '/api/inbox/read', { up_to_id: newest.id });
    setUnread(told.unread);
  },

  async onReachBottom() {
    const { next, items } = this.data;
    if (!next || this.fetchingMore) return;
    this.fetchingMore = true;
    try {
      const older = await request<Inbox>('GET', `/api/inbox?after=${next}&limit=${AT_ONCE}`);
      const now = serverNow();
      this.mark(older);
      const added = Object.fromEntries(
        older.items.map((item, at) => [`items[${items.length + at}]`, messageLine(item, now, this.marked)]),
      );
      this.setData({ ...added, next: older.next });
    } catch (error) {
      // The next scroll asks again; the banner says what is wrong meanwhile.
      failureOf(error);
    } finally {
      this.fetchingMore = false;
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    const page: string | null = event.currentTarget.dataset.page;
    if (page) wx.navigateTo({ url: page });
  },
});
