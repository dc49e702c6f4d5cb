import type { OpinionView } from '../../../logic/feedback-inbox';
import { deskWords } from '../../../words/desk';
import { inboxWords } from '../../../words/feedback-desk';

/** One thing that a reader told, in a list. Fires `open`. */
Component({
  properties: {
    line: { type: Object, value: null as unknown as OpinionView },
    chosen: { type: Boolean, value: false },
    pointed: { type: Boolean, value: false },
  },
  data: { w: inboxWords, held: deskWords.held },
  methods: {
    open() {
      this.triggerEvent('open', { id: this.data.line.id });
    },
  },
});
