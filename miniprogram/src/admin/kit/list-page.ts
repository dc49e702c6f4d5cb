/** What a page around one list does: to be spread into `Page`, whose list has the id `list`. */

import type { ShownList } from './list';

interface ListPage {
  left: boolean;
  shown(): ShownList | null;
  selectComponent(selector: string): unknown;
}

export const listPage = {
  /** Somebody went on from here, and may have changed what is listed. */
  left: false,

  shown(this: ListPage) {
    return this.selectComponent('#list') as ShownList | null;
  },

  onShow(this: ListPage) {
    if (this.left) void this.shown()?.reload();
    this.left = false;
  },

  async onPullDownRefresh(this: ListPage) {
    await this.shown()?.reload();
    wx.stopPullDownRefresh();
  },

  onReachBottom(this: ListPage) {
    void this.shown()?.more();
  },

  go(this: ListPage, url: string) {
    this.left = true;
    wx.navigateTo({ url });
  },
};
