import type { Failure } from '../../api/failure';
import { common } from '../../words/common';

/**
 * A page or list that has nothing to show yet: its skeleton (the slot) while loading, one sentence and one action
 * when empty, what happened and a way on after an error. Shows nothing when `ready`. The action fires `act`.
 */
Component({
  properties: {
    state: { type: String, value: 'loading' },
    text: { type: String, value: '' },
    action: { type: String, value: '' },
    icon: { type: String, value: '' },
    failure: { type: Object, value: { text: '', requestId: '' } as Failure },
  },
  data: { w: common },
  methods: {
    act() {
      this.triggerEvent('act');
    },
  },
});
