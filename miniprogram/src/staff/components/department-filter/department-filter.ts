import { fetchDepartments } from '../../../api/departments';
import { departmentName } from '../../../logic/departments';
import { departmentWords } from '../../../words/departments';

const ALL = { id: '', name: departmentWords.all };

/** Shows one department or all; nothing while the library has none. Fires `choose` {id}, '' for all. */
Component({
  data: { w: departmentWords, choices: [ALL], at: 0 },
  lifetimes: {
    attached() {
      void this.load();
    },
  },
  methods: {
    /** Without an answer all are shown. */
    async load() {
      const departments = await fetchDepartments().catch(() => []);
      const named = departments.map((one) => ({ id: one.id, name: departmentName(one) }));
      this.setData({ choices: [ALL, ...named] });
    },

    choose(event: WechatMiniprogram.PickerChange) {
      const at = Number(event.detail.value);
      this.setData({ at });
      this.triggerEvent('choose', { id: this.data.choices[at]?.id ?? '' });
    },
  },
});
