import type { SynonymsEdited } from '../../api/types';
import { look } from '../../look';
import { synonymsFormWords as w } from '../../words/articles-desk';
import { editedAt } from '../kit/edited';
import type { FormSchema } from '../kit/form';

const BLANK: SynonymsEdited = { id: '', words: [], version: 0, saved_at: '' };

function formOf(id: string): FormSchema<SynonymsEdited> {
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
    ...editedAt<SynonymsEdited>('/api/admin/synonyms', id, { blank: BLANK }),
    removal: {
      name: w.delete,
      title: w.deleteTitle,
      consequences: w.deleteConsequences,
      removed: w.deleted,
    },
  };
}

Page({
  data: { ...look(), form: null as FormSchema<SynonymsEdited> | null },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ form: formOf(id) });
  },
});
