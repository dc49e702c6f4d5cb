import type { ArticleRow } from '../../api/types';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { articleKinds } from '../../words/articles';
import { articleListWords as w, articleStates } from '../../words/articles-desk';
import { choicesOf, type ListSchema } from '../kit/list';
import { listPage } from '../kit/list-page';

const list: ListSchema<ArticleRow> = {
  path: '/api/admin/articles',
  columns: [
    { key: 'title', label: w.name, share: 3 },
    { key: 'kind', label: w.kind },
    { key: 'tags', label: w.tags },
    { key: 'saved', label: w.saved },
  ],
  filters: [
    { kind: 'text', key: 'text', label: w.find },
    { kind: 'choice', key: 'kind', label: w.kind, choices: choicesOf(articleKinds) },
    { kind: 'choice', key: 'state', label: w.state, choices: choicesOf(articleStates) },
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
    cells: { title, kind: articleKinds[kind], tags: tags.join('、'), saved: moment(saved_at, now) },
    chips: [{ text: articleStates[state], tone: state === 'draft' ? 'ochre' : 'moss' }],
  }),
};

Page({
  ...listPage,
  data: { ...look(), w, list },

  open(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.go(`/admin/articles/edit?id=${event.detail.id}`);
  },

  write() {
    this.go('/admin/articles/edit');
  },
});
