import type { Failure } from '../../api/failure';
import { onOnline } from '../../api/network';
import { common } from '../../words/common';

const unfollow = new WeakMap<object, () => void>();

/**
 * A page or list that has nothing to show yet: its skeleton (the slot) while loading, one sentence and one action
 * when empty, what happened and a way on after an error. Shows nothing when `ready`. The action fires `act`; after an
 * error so does the network's return.
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
  lifetimes: {
    attached() {
      const follow = (online: boolean) => {
        if (online && this.data.state === 'error') this.act();
      };
      unfollow.set(this, onOnline(follow));
    },
    detached() {
      unfollow.get(this)?.();
    },
  },
  methods: {
    act() {
      this.triggerEvent('act');
    },
  },
});
