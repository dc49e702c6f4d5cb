import type { DepartmentEdited } from '../../api/types';
import { look } from '../../look';
import { departmentListWords as w } from '../../words/departments';
import type { ListSchema, ShownList } from '../kit/list';

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
  data: { ...look(), w, list },
  left: false,

  shown() {
    return this.selectComponent('#list') as unknown as ShownList | null;
  },

  onShow() {
    if (this.left) void this.shown()?.reload();
    this.left = false;
  },

  async onPullDownRefresh() {
    await this.shown()?.reload();
    wx.stopPullDownRefresh();
  },

  onReachBottom() {
    void this.shown()?.more();
  },

  go(url: string) {
    this.left = true;
    wx.navigateTo({ url });
  },

  open(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.go(`/admin/departments/edit?id=${event.detail.id}`);
  },

  add() {
    this.go('/admin/departments/edit');
  },
});
