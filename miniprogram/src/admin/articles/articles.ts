import type { ArticleRow } from '../../api/types';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { articleKinds } from '../../words/articles';
import { articleListWords as w, articleStates } from '../../words/articles-desk';
import type { Choice, ListSchema, ShownList } from '../kit/list';

const choices = (names: Record<string, string>): Choice[] => [
  { value: '', name: '' },
  ...Object.entries(names).map(([value, name]) => ({ value, name })),
];

const list: ListSchema<ArticleRow> = {
  path: '/api/admin/articles',
  columns: [
    { key: 'title', label: w.name, share: 3 },
    { key: 'tags', label: w.tags },
    { key: 'saved', label: w.saved },
  ],
  filters: [
    { kind: 'text', key: 'text', label: w.find },
    { kind: 'choice', key: 'kind', label: w.kind, choices: choices(articleKinds) },
    { kind: 'choice', key: 'state', label: w.state, choices: choices(articleStates) },
  ],
  sorts: [
    { value: 'saved', name: w.bySaved },
    { value: 'oldest', name: w.byOldest },
  ],
  opens: true,
  empty: w.none,
  icon: 'book',
  rowOf: ({ id, title, kind, state, tags, saved_at }, now) => ({
    id,
    cells: { title, tags: tags.join('、'), saved: moment(saved_at, now) },
    chips: [
      { text: articleKinds[kind], tone: 'quiet' },
      { text: articleStates[state], tone: state === 'draft' ? 'ochre' : 'moss' },
    ],
  }),
};

Page({
  data: { ...look(), w, list },
  left: false,

  shown() {
    return this.selectComponent('#list') as unknown as ShownList | null;
  },

  onShow() {
    if (this.left) void this.shown()?.reload();
    this.left = false;
  },

  async onPullDownRefresh() {
    await this.shown()?.reload();
    wx.stopPullDownRefresh();
  },

  onReachBottom() {
    void this.shown()?.more();
  },

  go(url: string) {
    this.left = true;
    wx.navigateTo({ url });
  },

  open(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.go(`/admin/articles/edit?id=${event.detail.id}`);
  },

  write() {
    this.go('/admin/articles/edit');
  },
});
