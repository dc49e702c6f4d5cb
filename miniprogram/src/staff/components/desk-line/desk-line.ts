import type { LineView } from '../../../logic/desk-line';
import { deskWords } from '../../../words/desk';

/** One conversation of a list. Fires `open`, and `claim` when `claimable`. */
Component({
  properties: {
    line: { type: Object, value: null as unknown as LineView },
    /** Its conversation is the one beside the list. */
    chosen: { type: Boolean, value: false },
    /** The keyboard stands on it. */
    pointed: { type: Boolean, value: false },
    claimable: { type: Boolean, value: false },
    busy: { type: Boolean, value: false },
  },
  data: { w: deskWords },
  methods: {
    open() {
      this.triggerEvent('open', { id: this.data.line.id });
    },
    claim() {
      if (!this.data.busy) this.triggerEvent('claim', { id: this.data.line.id });
    },
  },
});
