import { failureOf } from '../../api/failure';
import { newKey, request } from '../../api/request';
import type { SynonymsEdited } from '../../api/types';
import { look } from '../../look';
import { synonymsFormWords as w } from '../../words/articles-desk';
import type { FormSchema } from '../kit/form';

const PATH = '/api/admin/synonyms';
const FRESH: SynonymsEdited = { id: '', words: [], version: 0, saved_at: '' };

function formOf(id: string): FormSchema<SynonymsEdited> {
  const key = newKey();
  return {
    groups: [
      {
        fields: [
          {
            kind: 'tags',
            key: 'words',
            label: w.words,
            hint: w.wordsHint,
            most: 30,
            range: w.range,
            needed: true,
          },
        ],
      },
    ],
    consequence: w.consequence,
    saved: w.saved,
    fresh: !id,
    read: () => (id ? request<SynonymsEdited>('GET', `${PATH}/${id}`) : Promise.resolve(FRESH)),
    save: ({ words }, { version }) =>
      id
        ? request<SynonymsEdited>('PUT', `${PATH}/${id}`, { words, version })
        : request<SynonymsEdited>('POST', PATH, { words, idempotency_key: key }),
  };
}

Page({
  data: {
    ...look(),
    w,
    form: null as FormSchema<SynonymsEdited> | null,
    groupId: '',
    deleting: false,
    busy: false,
    refused: '',
  },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ groupId: id, form: formOf(id) });
  },

  saved(event: WechatMiniprogram.CustomEvent<{ item: SynonymsEdited }>) {
    const { id } = event.detail.item;
    if (!this.data.groupId) this.setData({ groupId: id, form: formOf(id) });
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
      await request('DELETE', `${PATH}/${this.data.groupId}`);
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
