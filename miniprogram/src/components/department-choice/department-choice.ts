import { fetchDepartments } from '../../api/departments';
import type { Department } from '../../api/types';
import { look } from '../../look';
import { choiceWords } from '../../words/departments';

/**
 * Whom a reader asks; nothing is shown while the library has no departments that are open.
 *
 * - `chosen`: the id, '' for none.
 * - fires `choose` {id}: also when the one that was chosen is not there any more.
 */
Component({
  properties: {
    chosen: { type: String, value: '' },
  },
  data: {
    ...look(),
    w: choiceWords,
    departments: [] as Department[],
    asks: '',
  },
  observers: {
    'chosen, departments'(chosen: string, departments: Department[]) {
      const asks = departments.find(({ id }) => id === chosen)?.asks ?? choiceWords.unsureAsks;
      if (asks !== this.data.asks) this.setData({ asks });
    },
  },
  lifetimes: {
    attached() {
      void this.load();
    },
  },
  methods: {
    /** Without an answer nothing can be chosen, and the question goes to everybody. */
    async load() {
      const departments = (await fetchDepartments().catch(() => [])).filter(({ closed }) => !closed);
      this.setData({ departments });
      if (this.data.chosen && !departments.some(({ id }) => id === this.data.chosen)) this.tell('');
    },

    choose(event: WechatMiniprogram.BaseEvent<object, { id: string }>) {
      this.tell(event.currentTarget.dataset.id);
    },

    tell(id: string) {
      this.triggerEvent('choose', { id });
    },
  },
});
