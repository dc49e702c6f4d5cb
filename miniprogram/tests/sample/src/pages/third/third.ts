Page({
  data: { sent: '还没有提交', scrolls: 0 },
  noop() {},
  onSubmit(event: WechatMiniprogram.FormSubmit) {
    this.setData({ sent: JSON.stringify(event.detail.value) });
  },
  onLongPress() {
    this.setData({ sent: '按了很久' });
  },
  onScroll() {
    this.setData({ scrolls: this.data.scrolls + 1 });
  },
});
