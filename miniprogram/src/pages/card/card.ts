import { serverNow } from '../../api/clock';
import { confirmed } from '../../api/confirm';
import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { ApiError, request } from '../../api/request';
import { live } from '../../api/socket';
import type { Ban, MyCard, ReaderCard } from '../../api/types';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { banNames, cardProblems, cardSay, cardWords } from '../../words/card';

const PATH = '/api/me/card';
const nothing: Failure = { text: '', requestId: '' };

type Proof = { kind: 'secret'; secret: string } | { kind: 'phone'; code: string };

function cardOf({ card_no, name, group, valid_from, valid_until, problem }: ReaderCard) {
  return {
    number: card_no,
    name,
    group: group ?? cardWords.noGroup,
    valid: cardSay.valid(valid_from, valid_until),
    problem: problem ? (cardProblems[problem] ?? null) : null,
    lost: problem === 'card_lost',
  };
}

function banOf({ id, stops, reason, ends_at }: Ban) {
  return { id, title: banNames[stops], text: cardSay.ban(ends_at && moment(ends_at, serverNow()), reason) };
}

/** The reader's card: bound, shown, let go; and what the reader may not do now. */
Page({
  data: {
    ...look(),
    w: cardWords,
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: nothing,
    card: null as ReturnType<typeof cardOf> | null,
    bans: [] as ReturnType<typeof banOf>[],
    number: '',
    secret: '',
    busy: false,
    refused: nothing,
    /** Another reader has the card; whoever proves to hold it may move it here. */
    elsewhere: false,
  },

  unfollow: () => undefined as unknown,

  onLoad() {
    // Whoever else changes a card tells its reader by a message.
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
      const [{ card }, { items }] = await Promise.all([
        request<MyCard>('GET', PATH),
        request<{ items: Ban[] }>('GET', '/api/me/bans'),
      ]);
      this.setData({ state: 'ready', card: card && cardOf(card), bans: items.map(banOf) });
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  type(event: WechatMiniprogram.Input) {
    const { key } = event.currentTarget.dataset;
    this.setData({ [key]: event.detail.value, elsewhere: false, refused: nothing });
  },

  bindBySecret() {
    return this.bind({ kind: 'secret', secret: this.data.secret });
  },

  bindByPhone(event: WechatMiniprogram.ButtonGetPhoneNumber) {
    const { code } = event.detail;
    if (code) void this.bind({ kind: 'phone', code });
    else wx.showToast({ title: cardSay.noPhone, icon: 'none' });
  },

  keepElsewhere() {
    this.setData({ elsewhere: false, refused: nothing });
  },

  async bind(proof: Proof) {
    if (this.data.busy) return;
    this.setData({ busy: true, refused: nothing });
    try {
      const wish = { card_no: this.data.number.trim(), proof, take_over: this.data.elsewhere };
      const { card } = await request<MyCard>('PUT', PATH, wish);
      this.setData({ card: card && cardOf(card), number: '', secret: '', elsewhere: false });
      wx.showToast({ title: cardSay.bound, icon: 'none' });
    } catch (error) {
      const elsewhere = error instanceof ApiError && error.code === 'card_elsewhere';
      this.setData({ refused: failureOf(error), elsewhere });
    } finally {
      this.setData({ busy: false });
    }
  },

  async unbind() {
    if (await confirmed(cardSay.sureUnbind)) await this.change('DELETE', PATH, cardSay.unbound);
  },

  async reportLost() {
    if (await confirmed(cardSay.sureLost)) await this.change('POST', `${PATH}/lost`, cardSay.reported);
  },

  async change(method: 'DELETE' | 'POST', path: string, done: string) {
    try {
      await request(method, path, method === 'POST' ? {} : undefined);
      wx.showToast({ title: done, icon: 'none' });
    } catch (error) {
      tellFailure(error);
    }
    await this.load();
  },
});
