import { look } from '../../look';
import { common } from '../../words/common';

/** A sheet that rises from the bottom over the page while `open`. Fires `close` when the reader puts it away. */
Component({
  properties: {
    open: { type: Boolean, value: false },
    title: { type: String, value: '' },
  },
  data: { ...look(), w: common },
  methods: {
    close() {
      this.triggerEvent('close');
    },
    changed(event: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
      if (!event.detail.visible) this.close();
    },
  },
});
