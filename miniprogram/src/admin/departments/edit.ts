import type { DepartmentEdited } from '../../api/types';
import { look } from '../../look';
import { departmentFormWords as w } from '../../words/departments';
import { editedAt } from '../kit/edited';
import type { FormSchema } from '../kit/form';

const BLANK: DepartmentEdited = { id: '', name: '', asks: '', place: 0, closed: false, version: 0 };

function formOf(id: string): FormSchema<DepartmentEdited> {
  return {
    groups: [
      {
        fields: [
          { kind: 'text', key: 'name', label: w.name, hint: w.nameHint, most: 20, needed: true },
          { kind: 'text', key: 'asks', label: w.asks, hint: w.asksHint, most: 60, needed: true },
          { kind: 'number', key: 'place', label: w.place, range: w.placeRange },
          { kind: 'switch', key: 'closed', label: w.closed },
        ],
        meaning: ({ closed }) => (closed ? w.closedMeaning : w.openMeaning),
      },
    ],
    saved: w.saved,
    ...editedAt<DepartmentEdited>('/api/admin/departments', id, { blank: BLANK }),
  };
}

Page({
  data: { ...look(), form: null as FormSchema<DepartmentEdited> | null },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ form: formOf(id) });
  },
});
