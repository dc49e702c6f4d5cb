import { look } from '../../look';

/** One conversation, where list and conversation do not fit side by side. */
Page({
  data: { ...look(), id: '' },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id });
  },

  /** Handed back or closed: the list is where the next one is. */
  left() {
    wx.navigateBack({ fail: () => wx.redirectTo({ url: '/staff/desk/desk' }) });
  },
});
