Page({
  data: { from: '', log: '' },
  onLoad(query: Record<string, string | undefined>) {
    this.setData({ from: query.from ?? '' });
  },
  again() {
    wx.navigateTo({
      url: './second?from=second',
      fail: ({ errMsg }) => this.setData({ log: errMsg }),
    });
  },
});
