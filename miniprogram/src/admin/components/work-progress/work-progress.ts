import { kitSay } from '../../../words/admin-kit';

/**
 * How far long work has come.
 *
 * - `done` of `total` steps; a `total` of 0: nobody knows how much there is. `text`: what is being done.
 * - `state`: `running`, `done` or `failed`.
 */
Component({
  properties: {
    text: { type: String, value: '' },
    done: { type: Number, value: 0 },
    total: { type: Number, value: 0 },
    state: { type: String, value: 'running' },
  },
  data: { percent: 0, said: '' },
  observers: {
    'done, total'(done: number, total: number) {
      const percent = total > 0 ? Math.min(100, Math.floor((done / total) * 100)) : 0;
      this.setData({ percent, said: total > 0 ? kitSay.done(done, total) : kitSay.doneOf(done) });
    },
  },
});
