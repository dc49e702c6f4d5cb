import { failureOf, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { FindPatronsBy, LookReason, PeopleFound, PersonFound } from '../../api/types';
import { look } from '../../look';
import { cardProblems } from '../../words/card';
import { findBys, findWords, lookReasons } from '../../words/patrons';

const nothing: Failure = { text: '', requestId: '' };

function lineOf({ patron_id, reader_id, name, card_no, phone, group, problem }: PersonFound) {
  return {
    path: patron_id ? `id=${patron_id}` : `reader=${reader_id}`,
    name: name ?? findWords.unnamed,
    facts: [card_no ?? findWords.noCard, group, phone].filter(Boolean).join(' · '),
    problem: problem ? (cardProblems[problem]?.word ?? '') : '',
  };
}

/** Finding somebody, for a reason that is recorded; nobody leafs through all readers. */
Page({
  data: {
    ...look(),
    w: findWords,
    bys: findBys,
    reasons: lookReasons,
    by: 'card' as FindPatronsBy,
    hint: findBys[0]!.hint,
    type: findBys[0]!.type,
    reason: 'desk' as LookReason,
    text: '',
    busy: false,
    refused: nothing,
    found: null as ReturnType<typeof lineOf>[] | null,
    more: false,
  },

  chooseBy(event: WechatMiniprogram.TouchEvent) {
    const chosen = findBys.find(({ by }) => by === event.currentTarget.dataset.by);
    if (chosen) this.setData({ ...chosen, text: '', found: null, refused: nothing });
  },

  chooseReason(event: WechatMiniprogram.TouchEvent) {
    this.setData({ reason: event.currentTarget.dataset.reason });
  },

  typed(event: WechatMiniprogram.Input) {
    this.setData({ text: event.detail.value });
  },

  async find() {
    const { by, text, reason, busy } = this.data;
    if (!text.trim() || busy) return;
    this.setData({ busy: true, refused: nothing });
    try {
      const wish = { by, text: text.trim(), reason };
      const { items, more } = await request<PeopleFound>('POST', '/api/admin/patrons/find', wish);
      this.setData({ found: items.map(lineOf), more });
    } catch (error) {
      this.setData({ refused: failureOf(error), found: null });
    } finally {
      this.setData({ busy: false });
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    const { path } = event.currentTarget.dataset;
    wx.navigateTo({ url: `/admin/patrons/patron?${path}&reason=${this.data.reason}` });
  },
});
