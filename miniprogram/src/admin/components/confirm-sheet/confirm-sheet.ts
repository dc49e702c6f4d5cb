import { kitWords } from '../../../words/admin-kit';

/**
 * Asks once more before something is done, and says what follows from it.
 *
 * - `open`, `title`; `consequences`: sentences; `deed`: the button's words; `tone`: `seal` for what cannot be taken back.
 * - `word`: has to be typed first, for the irreversible only.
 * - `busy` while it is being done; `refused`: the sentence when it was not.
 * - fires `confirm` and `close`. It stays open until the page closes it.
 */
Component({
  properties: {
    open: { type: Boolean, value: false },
    title: { type: String, value: '' },
    consequences: { type: Array, value: [] as string[] },
    deed: { type: String, value: '' },
    tone: { type: String, value: 'seal' },
    word: { type: String, value: '' },
    busy: { type: Boolean, value: false },
    refused: { type: String, value: '' },
  },
  data: { w: kitWords, typed: '' },
  observers: {
    open(open: boolean) {
      if (open) this.setData({ typed: '' });
    },
  },
  methods: {
    type(event: WechatMiniprogram.Input) {
      this.setData({ typed: event.detail.value.trim() });
    },
    confirm() {
      this.triggerEvent('confirm');
    },
    close() {
      this.triggerEvent('close');
    },
  },
});
