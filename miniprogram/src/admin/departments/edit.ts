import { newKey, request } from '../../api/request';
import type { DepartmentEdited } from '../../api/types';
import { look } from '../../look';
import { departmentFormWords as w } from '../../words/departments';
import type { FormSchema } from '../kit/form';

const PATH = '/api/admin/departments';
const FRESH: DepartmentEdited = { id: '', name: '', asks: '', place: 0, closed: false, version: 0 };

/** One that is new is made with one key, however often its answer is lost. */
function formOf(id: string): FormSchema<DepartmentEdited> {
  const key = newKey();
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
    fresh: !id,
    read: () => (id ? request<DepartmentEdited>('GET', `${PATH}/${id}`) : Promise.resolve(FRESH)),
    save: (written, { version }) =>
      id
        ? request<DepartmentEdited>('PUT', `${PATH}/${id}`, { ...written, version })
        : request<DepartmentEdited>('POST', PATH, { ...written, idempotency_key: key }),
  };
}

Page({
  data: { ...look(), form: null as FormSchema<DepartmentEdited> | null, departmentId: '' },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ departmentId: id, form: formOf(id) });
  },

  saved(event: WechatMiniprogram.CustomEvent<{ item: DepartmentEdited }>) {
    const { id } = event.detail.item;
    if (!this.data.departmentId) this.setData({ departmentId: id, form: formOf(id) });
  },
});
