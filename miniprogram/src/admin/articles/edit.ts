import { failureOf } from '../../api/failure';
import { newKey, request } from '../../api/request';
import type { ArticleEdited } from '../../api/types';
import { look } from '../../look';
import { articleKinds } from '../../words/articles';
import { articleFormWords as w, articleStates } from '../../words/articles-desk';
import type { FormSchema } from '../kit/form';

const PATH = '/api/admin/articles';
const FRESH: ArticleEdited = {
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

/** One that is new is made with one key, however often its answer is lost. */
function formOf(id: string): FormSchema<ArticleEdited> {
  const key = newKey();
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
    fresh: !id,
    read: () => (id ? request<ArticleEdited>('GET', `${PATH}/${id}`) : Promise.resolve(FRESH)),
    save: ({ cover: cover_id, ...written }, { version }) =>
      id
        ? request<ArticleEdited>('PUT', `${PATH}/${id}`, { ...written, cover_id, version })
        : request<ArticleEdited>('POST', PATH, { ...written, cover_id, idempotency_key: key }),
  };
}

Page({
  data: {
    ...look(),
    w,
    form: null as FormSchema<ArticleEdited> | null,
    articleId: '',
    deleting: false,
    busy: false,
    refused: '',
  },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ articleId: id, form: formOf(id) });
  },

  saved(event: WechatMiniprogram.CustomEvent<{ item: ArticleEdited }>) {
    const { id } = event.detail.item;
    if (!this.data.articleId) this.setData({ articleId: id, form: formOf(id) });
  },

  askToDelete() {
    this.setData({ deleting: true, refused: '' });
  },

  close() {
    this.setData({ deleting: false });
  },

  async delete() {
    this.setData({ busy: true, refused: '' });
    try {
      await request('DELETE', `${PATH}/${this.data.articleId}`);
      void wx.disableAlertBeforeUnload({});
      wx.showToast({ title: w.deleted, icon: 'none' });
      wx.navigateBack();
    } catch (error) {
      this.setData({ refused: failureOf(error).text });
    } finally {
      this.setData({ busy: false });
    }
  },
});
