declare const window: unknown;
declare const fetch: unknown;

const TEMPLATE = 'template-1';

Page({
  data: {
    name: '',
    areas: ['二楼', '三楼', '四楼'],
    area: 0,
    day: '2026-11-22',
    time: '14:00',
    popup: false,
    log: '',
    globals: `${typeof window} ${typeof fetch}`,
    rows: Array.from({ length: 20 }, (_, i) => i + 1),
  },
  onLoad() {
    this.setData({ name: wx.getStorageSync<string>('name') });
  },
  onReady() {
    wx.createSelectorQuery()
      .select('#plan')
      .fields({ node: true, size: true })
      .exec(([plan]) => {
        const { pixelRatio } = wx.getWindowInfo();
        plan.node.width = plan.width * pixelRatio;
        plan.node.height = plan.height * pixelRatio;
        const pen = plan.node.getContext('2d');
        pen.scale(pixelRatio, pixelRatio);
        pen.fillStyle = '#1b6b73';
        pen.fillRect(20, 20, 40, 40);
      });
  },
  onPullDownRefresh() {
    this.setData({ log: '刷新了' });
    wx.stopPullDownRefresh();
  },
  onName(event: WechatMiniprogram.Input) {
    wx.setStorageSync('name', event.detail.value);
    this.setData({ name: event.detail.value });
  },
  onArea(event: WechatMiniprogram.PickerChange) {
    this.setData({ area: Number(event.detail.value) });
  },
  onDay(event: WechatMiniprogram.PickerChange) {
    this.setData({ day: String(event.detail.value) });
  },
  onTime(event: WechatMiniprogram.PickerChange) {
    this.setData({ time: String(event.detail.value) });
  },
  onPlan(event: WechatMiniprogram.TouchCanvas) {
    const touch = event.touches[0];
    if (touch) this.setData({ log: `点在 ${Math.round(touch.x)},${Math.round(touch.y)}` });
  },
  onStamp() {
    this.setData({ log: '盖章' });
  },
  openPopup() {
    this.setData({ popup: true });
  },
  onPopup(event: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
    this.setData({ popup: event.detail.visible });
  },
  openSecond() {
    void wx.navigateTo({ url: '/pages/second/second?from=first' });
  },
  askInTap() {
    this.ask();
  },
  async askLater() {
    await Promise.resolve();
    this.ask();
  },
  ask() {
    wx.requestSubscribeMessage({
      tmplIds: [TEMPLATE],
      success: (result) => this.setData({ log: `选择了 ${result[TEMPLATE]}` }),
      fail: ({ errMsg }) => this.setData({ log: errMsg }),
    });
  },
});
