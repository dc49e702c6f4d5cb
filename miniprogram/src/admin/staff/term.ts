import { request } from '../../api/request';
import { look } from '../../look';
import { termWords as w } from '../../words/staff';
import type { FormSchema, Span } from '../kit/form';

interface Term {
  ends_at: Span;
}

/** `path` is that of the role; `where` its scope, as the server wants it said again. */
function formOf(path: string, where: object, began: Span): FormSchema<Term> {
  return {
    groups: [
      {
        fields: [{ kind: 'span', key: 'ends_at', label: w.term, range: w.termRange }],
        meaning: () => w.open,
      },
    ],
    saveName: w.save,
    consequence: w.consequence,
    read: () => Promise.resolve({ ends_at: began }),
    save: async (written) => {
      const { from, until } = written['ends_at'] as Span;
      await request('PUT', path, { ...where, starts_at: from || null, ends_at: until || null });
      return { ends_at: { from, until } };
    },
  };
}

Page({
  data: { ...look(), w, name: '', form: null as FormSchema<Term> | null },

  /** Which role of whom, and its dates, as the page of the staff shows them. */
  onLoad(query: Record<string, string | undefined>) {
    const { reader, role, scope, scope_id, name = '', from = '', until = '' } = query;
    const where = { scope, scope_id: scope_id || null };
    const path = `/api/admin/staff/${reader}/roles/${role}/term`;
    const began = { from: decodeURIComponent(from), until: decodeURIComponent(until) };
    this.setData({ name: decodeURIComponent(name), form: formOf(path, where, began) });
  },
});
