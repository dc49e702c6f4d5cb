import { copy } from '../../api/copy';
import { failureOf, type Failure } from '../../api/failure';
import { showPicture } from '../../api/picture';
import { request } from '../../api/request';
import type { AreaName, SeatCode } from '../../api/types';
import { look } from '../../look';
import { codesWords as w } from '../../words/admin';
import type { ListSchema } from '../kit/list';
import { listPage } from '../kit/list-page';

const listOf = (areaId: string): ListSchema<SeatCode> => ({
  path: `/api/admin/areas/${areaId}/seat-codes`,
  columns: [
    { key: 'label', label: w.seat },
    { key: 'code', label: w.code, share: 2 },
  ],
  filters: [{ kind: 'text', key: 'text', label: w.search }],
  opens: true,
  empty: w.none,
  icon: 'code',
  rowOf: ({ seat_id, label, code }) => ({ id: seat_id, cells: { label, code } }),
});

Page({
  ...listPage,
  data: {
    ...look(),
    w,
    state: 'loading' as 'loading' | 'ready' | 'empty' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    areas: [] as { id: string; name: string }[],
    chosen: 0,
    /** That of the chosen area: as a list, so that another area's is another one. */
    lists: [] as ListSchema<SeatCode>[],
    seat: null as SeatCode | null,
  },

  onLoad() {
    void this.load();
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      const { items } = await request<{ items: AreaName[] }>('GET', '/api/admin/seat-codes/areas');
      const areas = items.map(({ id, name, branch_name }) => ({ id, name: `${branch_name} · ${name}` }));
      this.setData({ areas, state: areas.length ? 'ready' : 'empty' });
      this.show(0);
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  show(chosen: number) {
    const area = this.data.areas[chosen];
    this.setData({ chosen, lists: area ? [listOf(area.id)] : [] });
  },

  choose(event: WechatMiniprogram.PickerChange) {
    this.show(Number(event.detail.value));
  },

  open({ detail: { item } }: WechatMiniprogram.CustomEvent<{ item: SeatCode }>) {
    this.setData({ seat: item });
  },

  close() {
    this.setData({ seat: null });
  },

  showPicture() {
    showPicture(`/api/admin/seats/${this.data.seat!.seat_id}/code`, w.noPicture);
  },

  /** WeChat may ask for agreement first: in a sheet of its own, which no other one lies under. */
  copy() {
    const { code } = this.data.seat!;
    this.close();
    copy(code);
  },
});
