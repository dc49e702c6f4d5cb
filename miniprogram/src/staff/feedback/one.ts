import { look } from '../../look';

/** One thing that a reader told, where list and text do not fit side by side. */
Page({
  data: { ...look(), id: '' },

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.setData({ id });
  },

  left() {
    wx.navigateBack({ fail: () => wx.redirectTo({ url: '/staff/feedback/feedback' }) });
  },
});
