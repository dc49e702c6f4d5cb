import { copy } from '../../api/copy';
import { failureOf, type Failure } from '../../api/failure';
import { showPicture } from '../../api/picture';
import { request } from '../../api/request';
import type { AreaName, SeatCode } from '../../api/types';
import { look } from '../../look';
import { codesSay, codesWords } from '../../words/admin';

/** As many rows as WeChat's audit likes beside one another. */
const PER_PAGE = 40;

Page({
  data: {
    ...look(),
    w: codesWords,
    bones: [1, 2, 3, 4, 5, 6],
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    areas: [] as { id: string; name: string }[],
    chosen: 0,
    wanted: '',
    shown: [] as SeatCode[],
    page: 1,
    pages: 1,
    pageName: '',
  },
  codes: [] as SeatCode[],

  onLoad() {
    void this.load();
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      if (this.data.areas.length === 0) await this.fetchAreas();
      const area = this.data.areas[this.data.chosen];
      const path = `/api/admin/areas/${area?.id}/seat-codes`;
      const { items } = area ? await request<{ items: SeatCode[] }>('GET', path) : { items: [] };
      // Another area may have been chosen while this one was on its way.
      if (area !== this.data.areas[this.data.chosen]) return;
      this.codes = items;
      this.show(1);
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  async fetchAreas() {
    const { items } = await request<{ items: AreaName[] }>('GET', '/api/admin/seat-codes/areas');
    this.setData({
      areas: items.map(({ id, name, branch_name }) => ({ id, name: `${branch_name} · ${name}` })),
    });
  },

  show(page: number) {
    const wanted = this.data.wanted.trim().toUpperCase();
    const found = this.codes.filter(({ label }) => label.toUpperCase().includes(wanted));
    const pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
    this.setData({
      state: found.length === 0 ? 'empty' : 'ready',
      shown: found.slice((page - 1) * PER_PAGE, page * PER_PAGE),
      page,
      pages,
      pageName: codesSay.page(page, pages),
    });
  },

  choose(event: WechatMiniprogram.PickerChange) {
    this.setData({ chosen: Number(event.detail.value), wanted: '' });
    void this.load();
  },

  search(event: WechatMiniprogram.Input) {
    this.setData({ wanted: event.detail.value });
    if (this.data.state !== 'loading') this.show(1);
  },

  turn(event: WechatMiniprogram.TouchEvent) {
    const page = this.data.page + Number(event.currentTarget.dataset.by);
    if (page >= 1 && page <= this.data.pages) this.show(page);
  },

  showPicture(event: WechatMiniprogram.TouchEvent) {
    showPicture(`/api/admin/seats/${event.currentTarget.dataset.seat}/code`, codesWords.noPicture);
  },

  copy(event: WechatMiniprogram.TouchEvent) {
    copy(event.currentTarget.dataset.code);
  },
});
