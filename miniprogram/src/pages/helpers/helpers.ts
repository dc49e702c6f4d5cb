import { serverNow } from '../../api/clock';
import { confirmed } from '../../api/confirm';
import { copy } from '../../api/copy';
import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import { live } from '../../api/socket';
import type { Helping, HelpingPerson, HelperInvited } from '../../api/types';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { helperSay, helperWords } from '../../words/helpers';

const PATH = '/api/me/helpers';
const nothing: Failure = { text: '', requestId: '' };

function line({ id, name, since }: HelpingPerson) {
  return { id, name: name ?? helperWords.unnamed, since: helperSay.since(moment(since, serverNow())) };
}

function shown({ helpers, helped }: Helping) {
  return { helpers: helpers.map(line), helped: helped.map(line) };
}

/** Who acts for the reader, and for whom the reader acts; each ended at once. */
Page({
  data: {
    ...look(),
    w: helperWords,
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: nothing,
    ...shown({ helpers: [], helped: [] }),
    code: '',
    until: '',
    typed: '',
    busy: '' as '' | 'invite' | 'accept',
    refused: '',
  },

  unfollow: () => undefined as unknown,

  onLoad() {
    // What the other one does is told by a message.
    this.unfollow = live.onNews(['inbox_changed'], () => void this.load());
  },

  onUnload() {
    this.unfollow();
  },

  onShow() {
    this.setData(look());
    void this.load();
  },

  async load() {
    try {
      this.setData({ state: 'ready', ...shown(await request<Helping>('GET', PATH)) });
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  async invite() {
    this.setData({ busy: 'invite' });
    try {
      const { code, expires_at } = await request<HelperInvited>('POST', `${PATH}/invitations`, {});
      this.setData({ code, until: helperSay.until(moment(expires_at, serverNow())) });
    } catch (error) {
      tellFailure(error);
    } finally {
      this.setData({ busy: '' });
    }
  },

  copy() {
    copy(this.data.code);
  },

  type(event: WechatMiniprogram.Input) {
    this.setData({ typed: event.detail.value.trim(), refused: '' });
  },

  async accept() {
    this.setData({ busy: 'accept', refused: '' });
    try {
      const told = await request<Helping>('POST', '/api/me/helped', { code: this.data.typed });
      this.setData({ ...shown(told), typed: '' });
      wx.showToast({ title: helperSay.accepted, icon: 'none' });
    } catch (error) {
      this.setData({ refused: failureOf(error).text });
    } finally {
      this.setData({ busy: '' });
    }
  },

  async end(event: WechatMiniprogram.TouchEvent) {
    const { id, name } = event.currentTarget.dataset;
    if (await confirmed(helperSay.sureEnd(name))) await this.stop(`${PATH}/${id}`, helperSay.ended);
  },

  async leave(event: WechatMiniprogram.TouchEvent) {
    const { id, name } = event.currentTarget.dataset;
    if (await confirmed(helperSay.sureLeave(name))) await this.stop(`/api/me/helped/${id}`, helperSay.left);
  },

  async stop(path: string, done: string) {
    try {
      this.setData(shown(await request<Helping>('DELETE', path)));
      wx.showToast({ title: done, icon: 'none' });
    } catch (error) {
      tellFailure(error);
      await this.load();
    }
  },
});
