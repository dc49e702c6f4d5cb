import type { ArticleEdited } from '../../api/types';
import { look } from '../../look';
import { articleKinds } from '../../words/articles';
import { articleFormWords as w, articleStates } from '../../words/articles-desk';
import { editedAt } from '../kit/edited';
import type { FormSchema } from '../kit/form';

const BLANK: ArticleEdited = {
  id: '',
  kind: 'faq',
  title: '',
  text: '',
  tags: [],
  pinned: [],
  state: 'draft',
  cover: null,
  version: 0,
  saved_at: '',
};

function formOf(id: string): FormSchema<ArticleEdited> {
  return {
    groups: [
      {
        fields: [
          {
            kind: 'choice',
            key: 'kind',
            label: w.kind,
            choices: Object.entries(articleKinds).map(([value, name]) => ({ value, name })),
          },
          { kind: 'text', key: 'title', label: w.title, hint: w.titleHint, most: 60, needed: true },
          { kind: 'long', key: 'text', label: w.text, hint: w.textHint, most: 10_000, needed: true },
          { kind: 'picture', key: 'cover', label: w.cover, hint: w.coverHint },
        ],
      },
      {
        name: w.finding,
        fields: [
          { kind: 'tags', key: 'tags', label: w.tags, hint: w.tagHint, most: 12 },
          { kind: 'tags', key: 'pinned', label: w.pinned, hint: w.pinHint, most: 30 },
        ],
        meaning: ({ pinned }) => ((pinned as string[]).length ? w.pinMeaning : ''),
      },
      {
        name: w.publishing,
        fields: [
          {
            kind: 'choice',
            key: 'state',
            label: w.state,
            choices: [
              { value: 'draft', name: articleStates.draft, facts: w.draftFacts },
              { value: 'published', name: articleStates.published, facts: w.seenBy },
            ],
          },
        ],
      },
    ],
    saveName: w.save,
    saved: w.saved,
    ...editedAt<ArticleEdited>('/api/admin/articles', id, {
      blank: BLANK,
      wish: ({ cover: cover_id, ...written }) => ({ ...written, cover_id }),
    }),
    removal: {
      name: w.delete,
      title: w.deleteTitle,
      consequences: w.deleteConsequences,
      removed: w.deleted,
    },
  };
}

Page({
  data: { ...look(), form: null as FormSchema<ArticleEdited> | null },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ form: formOf(id) });
  },
});
