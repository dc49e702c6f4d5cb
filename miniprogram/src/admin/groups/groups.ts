import { failureOf, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { ReaderGroup } from '../../api/types';
import { look } from '../../look';
import { groupWords as w } from '../../words/patrons';
import type { FormSchema } from '../kit/form';

const PATH = '/api/admin/reader-groups';

/** A group that is there keeps its code: cards and rules name it. */
function formOf(group: ReaderGroup | null): FormSchema<ReaderGroup> {
  return {
    groups: [
      {
        fields: [
          { kind: 'text', key: 'name', label: w.name, hint: w.nameHint, most: 40, needed: true },
          ...(group
            ? []
            : [
                {
                  kind: 'text' as const,
                  key: 'code',
                  label: w.code,
                  hint: w.codeHint,
                  range: w.codeRange,
                  most: 20,
                  needed: true,
                },
              ]),
        ],
      },
    ],
    saveName: w.save,
    saved: w.saved,
    consequence: w.consequence,
    fresh: !group,
    read: () => Promise.resolve(group ?? { name: '', code: '' }),
    save: ({ name, code }) =>
      request<ReaderGroup>('PUT', `${PATH}/${encodeURIComponent(group?.code ?? String(code))}`, { name }),
  };
}

/** The groups of readers that the library has defined; one is named anew, or a new one made, in a form beneath. */
Page({
  data: {
    ...look(),
    w,
    state: 'loading' as 'loading' | 'ready' | 'empty' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    groups: [] as ReaderGroup[],
    form: null as FormSchema<ReaderGroup> | null,
  },

  onLoad() {
    void this.load();
  },

  async load() {
    try {
      const { items } = await request<{ items: ReaderGroup[] }>('GET', PATH);
      this.setData({ groups: items, state: items.length ? 'ready' : 'empty' });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    this.setData({ form: formOf(this.data.groups[Number(event.currentTarget.dataset.index)] ?? null) });
  },

  add() {
    this.setData({ form: formOf(null) });
  },

  saved() {
    this.setData({ form: null });
    void this.load();
  },
});
