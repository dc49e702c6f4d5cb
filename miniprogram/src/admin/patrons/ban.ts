import { libraryMoment } from '../../api/clock';
import { newKey, request } from '../../api/request';
import type { Ban } from '../../api/types';
import { dateAfter } from '../../logic/span';
import { look } from '../../look';
import { banStops, patronWords as w } from '../../words/patrons';
import type { FormSchema } from '../kit/form';

interface Draft {
  stops: string;
  reason: string;
  until: string;
}

function formOf(readerId: string): FormSchema<Draft> {
  const key = newKey();
  return {
    groups: [
      {
        fields: [
          { kind: 'choice', key: 'stops', label: w.stops, choices: banStops, needed: true },
          { kind: 'text', key: 'reason', label: w.reason, hint: w.reasonHint, most: 100, needed: true },
          { kind: 'date', key: 'until', label: w.ends, hint: w.endsHint },
        ],
      },
    ],
    saveName: w.banSave,
    saved: w.banSaved,
    fresh: true,
    read: () => Promise.resolve({ stops: 'bookings', reason: '', until: '' }),
    save: async ({ stops, reason, until }, draft) => {
      const ends_at = until ? libraryMoment(dateAfter(String(until), 1), '00:00') : null;
      const wish = { stops, reason, ends_at, idempotency_key: key };
      await request<{ items: Ban[] }>('POST', `/api/admin/readers/${readerId}/bans`, wish);
      return draft;
    },
  };
}

/** What somebody may not do for a while, and why. */
Page({
  data: { ...look(), form: null as FormSchema<Draft> | null },

  onLoad({ reader }: Record<string, string | undefined>) {
    this.setData({ form: formOf(reader ?? '') });
  },

  saved() {
    wx.navigateBack();
  },
});
