import { serverNow } from '../../api/clock';
import { failureOf, type Failure } from '../../api/failure';
import { ApiError, newKey, request } from '../../api/request';
import type { MergingAccount, MergeShown, PatronReader } from '../../api/types';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { mergeSay, mergeWords } from '../../words/merging';
import { findWords } from '../../words/patrons';
import type { FoundReader } from '../components/reader-finder/reader-finder';

interface Account {
  id: string;
  name: string;
  facts: string;
}

const nothing: Failure = { text: '', requestId: '' };

function accountOf({ id, nickname, card_name, card_no, phone, last_used_at }: MergingAccount): Account {
  const used = last_used_at ? mergeSay.seen(moment(last_used_at, serverNow())) : mergeSay.never;
  const facts = [card_name, card_no ?? findWords.noCard, phone, used].filter(Boolean).join(' · ');
  return { id, name: nickname ?? findWords.unnamed, facts };
}

/** Two accounts of one person: which stays, what follows from it, and then the deed. */
Page({
  data: {
    ...look(),
    w: mergeWords,
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: nothing,
    accounts: [] as Account[],
    staysId: '',
    stays: '',
    shown: null as { moves: string[]; ends: string[] } | null,
    refused: '',
    sure: false,
    busy: false,
  },

  readerId: '',
  reason: 'desk',
  fingerprint: '',
  key: '',

  onLoad({ reader, reason }: Record<string, string | undefined>) {
    this.readerId = reader ?? '';
    this.reason = reason ?? 'desk';
    void this.load();
  },

  async load() {
    try {
      const path = `/api/admin/readers/${this.readerId}?reason=${this.reason}`;
      const { id, nickname, phone } = await request<PatronReader>('GET', path);
      const account = { id, name: nickname ?? findWords.unnamed, facts: phone ?? '' };
      this.setData({ state: 'ready', accounts: [account], staysId: id });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  found(event: WechatMiniprogram.CustomEvent<{ person: FoundReader; reason: string }>) {
    const { person, reason } = event.detail;
    this.reason = reason;
    const other = { id: person.readerId ?? '', name: person.name, facts: person.facts };
    this.setData({ accounts: [this.data.accounts[0]!, other] });
    void this.show();
  },

  change() {
    this.setData({
      accounts: this.data.accounts.slice(0, 1),
      staysId: this.readerId,
      shown: null,
      refused: '',
    });
  },

  choose(event: WechatMiniprogram.TouchEvent) {
    const { id } = event.currentTarget.dataset;
    if (id === this.data.staysId) return;
    this.setData({ staysId: id });
    void this.show();
  },

  path() {
    return `/api/admin/readers/${this.data.staysId}/merging`;
  },

  goesId() {
    return this.data.accounts.find(({ id }) => id !== this.data.staysId)?.id ?? '';
  },

  /** What would follow; it is asked anew for the other direction, and when something has happened meanwhile. */
  async show(refused = '') {
    const { staysId } = this.data;
    this.setData({ shown: null, refused });
    try {
      const asked = `goes_id=${this.goesId()}&reason=${this.reason}`;
      const { stays, goes, moves, ends, fingerprint } = await request<MergeShown>(
        'GET',
        `${this.path()}?${asked}`,
      );
      if (staysId !== this.data.staysId) return;
      this.fingerprint = fingerprint;
      this.key = newKey();
      const both = [stays, goes].map(accountOf);
      const accounts = this.data.accounts.map((one) => both.find(({ id }) => id === one.id) ?? one);
      const title = mergeSay.title(both[0]!.name);
      this.setData({ accounts, stays: title, shown: { moves, ends } });
    } catch (error) {
      if (staysId === this.data.staysId) this.setData({ refused: failureOf(error).text });
    }
  },

  ask() {
    this.setData({ sure: true, refused: '' });
  },

  close() {
    this.setData({ sure: false });
  },

  async confirm() {
    this.setData({ busy: true, refused: '' });
    try {
      await request('POST', this.path(), {
        goes_id: this.goesId(),
        fingerprint: this.fingerprint,
        idempotency_key: this.key,
      });
      wx.showToast({ title: mergeWords.done, icon: 'none' });
      wx.redirectTo({ url: `/admin/patrons/patron?reader=${this.data.staysId}&reason=${this.reason}` });
    } catch (error) {
      const { text } = failureOf(error);
      if (error instanceof ApiError && error.code === 'merge_changed') {
        this.close();
        await this.show(text);
      } else {
        this.setData({ refused: text });
      }
    } finally {
      this.setData({ busy: false });
    }
  },
});
