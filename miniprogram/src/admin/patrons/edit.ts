import { request } from '../../api/request';
import type { Patron, ReaderGroup } from '../../api/types';
import { look } from '../../look';
import { patronStates, patronWords as w } from '../../words/patrons';
import type { FormSchema } from '../kit/form';

function formOf(patronId: string, reason: string, groups: readonly ReaderGroup[]): FormSchema<Patron> {
  const path = `/api/admin/patrons/${patronId}`;
  const choices = [
    { value: '', name: w.noGroup },
    ...groups.map(({ code, name }) => ({ value: code, name })),
  ];
  return {
    groups: [
      {
        fields: [
          { kind: 'choice', key: 'group_code', label: w.group, choices },
          { kind: 'date', key: 'valid_from', label: w.from },
          { kind: 'date', key: 'valid_until', label: w.until },
          { kind: 'choice', key: 'state', label: w.state, choices: patronStates },
        ],
      },
    ],
    consequence: w.saveConsequence,
    saved: w.saved,
    read: () => request<Patron>('GET', `${path}?reason=${reason}`),
    save: (written, { version }) => {
      const given = Object.entries(written).map(([key, value]) => [key, value === '' ? null : value]);
      return request<Patron>('PUT', path, { ...Object.fromEntries(given), version });
    },
  };
}

/** Group, dates and state of a card. */
Page({
  data: { ...look(), form: null as FormSchema<Patron> | null },

  async onLoad({ id, reason }: Record<string, string | undefined>) {
    // Without the groups the form still says which one it is, by its code.
    const { items } = await request<{ items: ReaderGroup[] }>('GET', '/api/admin/reader-groups').catch(
      () => ({
        items: [],
      }),
    );
    this.setData({ form: formOf(id ?? '', reason ?? 'desk', items) });
  },

  saved() {
    wx.navigateBack();
  },
});
