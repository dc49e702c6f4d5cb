import { helping } from '../../api/helping';
import { live } from '../../api/socket';
import { helperSay, helperWords } from '../../words/helpers';

const unfollow = new WeakMap<object, () => unknown>();

/**
 * For whom somebody acts: themselves, or one who lets them; nothing to see for who helps nobody. Fires `choose` {id},
 * '' for oneself, also when the help that was chosen has ended.
 */
Component({
  properties: {
    chosen: { type: String, value: '' },
  },
  data: { w: helperWords, people: [] as { id: string; name: string }[] },
  lifetimes: {
    attached() {
      // The end of help is told by a message.
      unfollow.set(
        this,
        live.onNews(['inbox_changed'], () => void this.load()),
      );
      void this.load();
    },
    detached() {
      unfollow.get(this)?.();
    },
  },
  methods: {
    async load() {
      try {
        const { helped } = await helping();
        const people = helped.map(({ id, name }) => ({
          id,
          name: helperSay.forOther(name ?? helperWords.unnamed),
        }));
        this.setData({ people: people.length ? [{ id: '', name: helperWords.forMe }, ...people] : [] });
        if (!people.some(({ id }) => id === this.data.chosen) && this.data.chosen) this.fire('');
      } catch {
        return; // acting for oneself needs nobody's list
      }
    },
    choose(event: WechatMiniprogram.TouchEvent) {
      this.fire(event.currentTarget.dataset.id);
    },
    fire(id: string) {
      this.triggerEvent('choose', { id });
    },
  },
});
