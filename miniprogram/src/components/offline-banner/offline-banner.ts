import { isOnline, onOnline } from '../../api/network';
import { common } from '../../words/common';

const unfollow = new WeakMap<object, () => void>();

/** Says, on top of a page, that the server cannot be reached; goes away by itself. */
Component({
  data: { w: common, offline: !isOnline() },
  lifetimes: {
    attached() {
      this.setData({ offline: !isOnline() });
      unfollow.set(
        this,
        onOnline((online) => this.setData({ offline: !online })),
      );
    },
    detached() {
      unfollow.get(this)?.();
    },
  },
});
