import { fetchDepartments } from '../../../api/departments';
import { failureOf, type Failure } from '../../../api/failure';
import type { Department } from '../../../api/types';
import { departmentWords } from '../../../words/departments';

/** To which other department something goes; `from` is where it is. Fires `choose` {department}, and `close`. */
Component({
  properties: {
    open: { type: Boolean, value: false },
    from: { type: String, value: '' },
    /** Why the last choice was not taken. */
    refused: { type: String, value: '' },
  },
  data: {
    w: departmentWords,
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    departments: [] as Department[],
  },
  observers: {
    open(open: boolean) {
      if (open) void this.load();
    },
  },
  methods: {
    async load() {
      this.setData({ state: 'loading' });
      try {
        const { from } = this.data;
        const departments = (await fetchDepartments()).filter(({ id, closed }) => !closed && id !== from);
        this.setData({ departments, state: departments.length ? 'ready' : 'empty' });
      } catch (error) {
        this.setData({ state: 'error', failure: failureOf(error) });
      }
    },

    choose(event: WechatMiniprogram.BaseEvent<object, { department: Department }>) {
      this.triggerEvent('choose', { department: event.currentTarget.dataset.department });
    },

    close() {
      this.triggerEvent('close');
    },
  },
});
