import { tellFailure } from '../../api/failure';
import { request } from '../../api/request';
import type { MissedSearch, SynonymsEdited } from '../../api/types';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { searchDeskSay, searchDeskWords as w } from '../../words/articles-desk';
import type { ListSchema } from '../kit/list';
import { listPage } from '../kit/list-page';

const MISSED = '/api/admin/missed-searches';

const missed: ListSchema<MissedSearch> = {
  path: MISSED,
  columns: [
    { key: 'words', label: w.words, share: 2 },
    { key: 'times', label: w.times },
    { key: 'last', label: w.last },
  ],
  actions: [{ key: 'forget', name: w.look }],
  empty: w.missedNone,
  icon: 'search',
  rowOf: ({ id, words, times, last_at }, now) => ({
    id,
    cells: { words, times: searchDeskSay.times(times), last: moment(last_at, now) },
  }),
};

const synonyms: ListSchema<SynonymsEdited> = {
  path: '/api/admin/synonyms',
  columns: [
    { key: 'words', label: w.synonyms, share: 3 },
    { key: 'saved', label: w.savedAt },
  ],
  opens: true,
  empty: w.synonymsNone,
  icon: 'search',
  rowOf: ({ id, words, saved_at }, now) => ({
    id,
    cells: { words: words.join('、'), saved: moment(saved_at, now) },
  }),
};

type Tab = 'missed' | 'synonyms';

Page({
  ...listPage,
  data: {
    ...look(),
    w,
    tabs: [
      { tab: 'missed', name: w.missed },
      { tab: 'synonyms', name: w.synonyms },
    ],
    tab: 'missed' as Tab,
    missed,
    synonyms,
  },

  onTab(event: WechatMiniprogram.BaseEvent<object, { tab: Tab }>) {
    this.setData({ tab: event.currentTarget.dataset.tab });
  },

  async forget(event: WechatMiniprogram.CustomEvent<{ ids: string[] }>) {
    try {
      for (const id of event.detail.ids) await request('DELETE', `${MISSED}/${id}`);
    } catch (error) {
      tellFailure(error);
    }
    void this.shown()?.reload();
  },

  open(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.go(`/admin/search/synonyms?id=${event.detail.id}`);
  },

  add() {
    this.go('/admin/search/synonyms');
  },
});
