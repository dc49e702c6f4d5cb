import type { DepartmentEdited } from '../../api/types';
import { look } from '../../look';
import { departmentListWords as w } from '../../words/departments';
import type { ListSchema } from '../kit/list';
import { listPage } from '../kit/list-page';

const list: ListSchema<DepartmentEdited> = {
  path: '/api/admin/departments',
  columns: [
    { key: 'name', label: w.name },
    { key: 'asks', label: w.asks, share: 2 },
  ],
  opens: true,
  empty: w.none,
  icon: 'desk',
  rowOf: ({ id, name, asks, closed }) => ({
    id,
    cells: { name, asks },
    chips: [{ text: closed ? w.closed : w.open, tone: closed ? 'quiet' : 'moss' }],
  }),
};

Page({
  ...listPage,
  data: { ...look(), w, list },

  open(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.go(`/admin/departments/edit?id=${event.detail.id}`);
  },

  add() {
    this.go('/admin/departments/edit');
  },
});
