import { serverNow } from '../../api/clock';
import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import { me } from '../../api/session';
import type { Ban, Patron, PatronReader } from '../../api/types';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { banNames, cardProblems, cardSay } from '../../words/card';
import { findWords, patronSay, patronWords } from '../../words/patrons';

type Deed = '' | 'lost' | 'end';

const DEEDS = {
  lost: { title: patronSay.lostTitle, consequences: patronSay.lostConsequences, deed: patronWords.lost },
  end: { title: patronSay.endTitle, consequences: patronSay.endConsequences, deed: patronWords.endBinding },
};

function cardOf(patron: Patron) {
  const now = serverNow();
  const { reader, bound_at, locked_until, problem } = patron;
  return {
    name: patron.name,
    number: patron.card_no,
    group: patron.group ?? patronWords.noGroup,
    valid: cardSay.valid(patron.valid_from, patron.valid_until),
    phone: patron.phone ?? patronWords.nothing,
    problem: problem ? (cardProblems[problem]?.word ?? '') : '',
    lost: patron.state === 'lost',
    locked: locked_until ? patronSay.locked(moment(locked_until, now)) : '',
    bound:
      reader && bound_at
        ? patronSay.boundSince(reader.nickname ?? findWords.unnamed, moment(bound_at, now))
        : '',
  };
}

function banOf({ id, stops, reason, ends_at }: Ban) {
  const until = patronSay.ban(ends_at && moment(ends_at, serverNow()));
  return { id, title: banNames[stops], facts: `${until} · ${reason}` };
}

function readerOf({ id, nickname, phone, bans }: PatronReader) {
  return {
    id,
    name: nickname ?? findWords.unnamed,
    phone: phone ?? patronWords.nothing,
    bans: bans.map(banOf),
  };
}

/** One card with who has bound it, or one reader without a card; what the desk does about either. */
Page({
  data: {
    ...look(),
    w: patronWords,
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    card: null as ReturnType<typeof cardOf> | null,
    reader: null as ReturnType<typeof readerOf> | null,
    mayEdit: false,
    asking: '' as Deed,
    asked: DEEDS.lost,
    busy: false,
    refused: '',
  },

  query: '',
  patronId: '',
  readerId: '',
  reason: 'desk',

  onLoad({ id, reader, reason }: Record<string, string | undefined>) {
    this.patronId = id ?? '';
    this.readerId = reader ?? '';
    this.reason = reason ?? 'desk';
    this.setData({ mayEdit: me().permissions.includes('patrons.edit') });
  },

  onShow() {
    void this.load();
  },

  async load() {
    const asked = `reason=${this.reason}`;
    try {
      if (this.patronId)
        this.show(await request<Patron>('GET', `/api/admin/patrons/${this.patronId}?${asked}`));
      else {
        const reader = await request<PatronReader>('GET', `/api/admin/readers/${this.readerId}?${asked}`);
        this.setData({ state: 'ready', reader: readerOf(reader) });
      }
    } catch (error) {
      if (this.data.state !== 'ready') this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  show(patron: Patron) {
    const { reader } = patron;
    this.setData({ state: 'ready', card: cardOf(patron), reader: reader && readerOf(reader) });
  },

  ask(event: WechatMiniprogram.TouchEvent) {
    const asking = event.currentTarget.dataset.deed as 'lost' | 'end';
    this.setData({ asking, asked: DEEDS[asking], refused: '' });
  },

  close() {
    this.setData({ asking: '' });
  },

  async confirm() {
    const path = `/api/admin/patrons/${this.patronId}`;
    const lost = this.data.asking === 'lost';
    this.setData({ busy: true, refused: '' });
    try {
      this.show(
        await (lost
          ? request<Patron>('POST', `${path}/lost`, {})
          : request<Patron>('DELETE', `${path}/binding`)),
      );
      this.close();
      wx.showToast({ title: lost ? patronWords.lostDone : patronWords.ended, icon: 'none' });
    } catch (error) {
      this.setData({ refused: failureOf(error).text });
    } finally {
      this.setData({ busy: false });
    }
  },

  async unlock() {
    try {
      this.show(await request<Patron>('POST', `/api/admin/patrons/${this.patronId}/unlock`, {}));
      wx.showToast({ title: patronWords.unlocked, icon: 'none' });
    } catch (error) {
      tellFailure(error);
    }
  },

  async lift(event: WechatMiniprogram.TouchEvent) {
    try {
      await request('POST', `/api/admin/bans/${event.currentTarget.dataset.id}/lift`, {});
      wx.showToast({ title: patronWords.lifted, icon: 'none' });
    } catch (error) {
      tellFailure(error);
    }
    await this.load();
  },

  edit() {
    wx.navigateTo({ url: `/admin/patrons/edit?id=${this.patronId}&reason=${this.reason}` });
  },

  ban() {
    wx.navigateTo({ url: `/admin/patrons/ban?reader=${this.data.reader?.id}` });
  },

  merge() {
    wx.navigateTo({ url: `/admin/patrons/merge?reader=${this.data.reader?.id}&reason=${this.reason}` });
  },
});
