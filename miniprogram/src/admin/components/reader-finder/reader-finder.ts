import { failureOf, type Failure } from '../../../api/failure';
import { request } from '../../../api/request';
import type { FindPatronsBy, LookReason, PeopleFound, PersonFound } from '../../../api/types';
import { cardProblems } from '../../../words/card';
import { findBys, findWords, lookReasons } from '../../../words/patrons';

const nothing: Failure = { text: '', requestId: '' };

/** Somebody who was found: a card, bound or not, or a reader without one. */
export interface FoundReader {
  key: string;
  patronId: string | null;
  readerId: string | null;
  name: string;
  facts: string;
  problem: string;
}

function lineOf({ patron_id, reader_id, name, card_no, phone, group, problem }: PersonFound): FoundReader {
  return {
    key: patron_id ? `card ${patron_id}` : `reader ${reader_id}`,
    patronId: patron_id,
    readerId: reader_id,
    name: name ?? findWords.unnamed,
    facts: [card_no ?? findWords.noCard, group, phone].filter(Boolean).join(' · '),
    problem: problem ? (cardProblems[problem]?.word ?? '') : '',
  };
}

/**
 * Finds a card or a reader for a reason that is recorded; nobody leafs through all readers.
 *
 * - `account`: only who has signed in, but for the reader of this id.
 * - fires `pick` {person: FoundReader, reason}.
 */
Component({
  properties: {
    account: { type: String, value: '' },
  },
  data: {
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
    found: null as FoundReader[] | null,
    more: false,
  },
  methods: {
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
      const { by, text, reason, busy, account } = this.data;
      if (!text.trim() || busy) return;
      this.setData({ busy: true, refused: nothing });
      try {
        const wish = { by, text: text.trim(), reason };
        const { items, more } = await request<PeopleFound>('POST', '/api/admin/patrons/find', wish);
        const found = items.map(lineOf);
        const wanted = ({ readerId }: FoundReader) => !account || (readerId && readerId !== account);
        this.setData({ found: found.filter(wanted), more });
      } catch (error) {
        this.setData({ refused: failureOf(error), found: null });
      } finally {
        this.setData({ busy: false });
      }
    },

    pick(event: WechatMiniprogram.TouchEvent) {
      this.triggerEvent('pick', { person: event.currentTarget.dataset.person, reason: this.data.reason });
    },
  },
});
