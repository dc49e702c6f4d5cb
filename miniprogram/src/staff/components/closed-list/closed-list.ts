import { ask } from '../../../api/ask';
import { serverNow } from '../../../api/clock';
import { failureOf, type Failure } from '../../../api/failure';
import { me } from '../../../api/session';
import type { DeskLine, Page } from '../../../api/types';
import { lineView, type LineView } from '../../../logic/desk-line';
import { deskWords } from '../../../words/desk';

const AT_ONCE = 20;

/** Conversations that are over, the latest first. Fires `open`, and `shown` {ids} for the keyboard; `more()` fetches on. */
Component({
  properties: {
    /** Only of this one; '' for all. */
    department: { type: String, value: '' },
    chosen: { type: String, value: '' },
    pointed: { type: String, value: '' },
  },
  data: {
    w: deskWords,
    bones: [1, 2, 3],
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    lines: [] as LineView[],
    next: null as string | null,
    busy: false,
  },
  observers: {
    department() {
      void this.load();
    },
  },
  methods: {
    fetch(after: string | null) {
      const department_id = this.data.department || null;
      return ask<Page<DeskLine>>('desk_closed', { department_id, after, limit: AT_ONCE });
    },

    async load() {
      const { department } = this.data;
      this.setData({ state: 'loading' });
      try {
        const { items, next } = await this.fetch(null);
        if (department !== this.data.department) return;
        const now = serverNow();
        const lines = items.map((line) => lineView(line, me().id, now));
        this.setData({ state: lines.length ? 'ready' : 'empty', lines, next });
        this.tell();
      } catch (error) {
        this.setData({ state: 'error', failure: failureOf(error) });
      }
    },

    async more() {
      const { next, lines, busy } = this.data;
      if (!next || busy) return;
      this.setData({ busy: true });
      try {
        const older = await this.fetch(next);
        if (lines !== this.data.lines) return;
        const now = serverNow();
        const added = older.items.map((line, at) => [
          `lines[${lines.length + at}]`,
          lineView(line, me().id, now),
        ]);
        this.setData({ ...Object.fromEntries(added), next: older.next });
        this.tell();
      } catch (error) {
        // The next scroll asks again; the banner says what is wrong meanwhile.
        failureOf(error);
      } finally {
        this.setData({ busy: false });
      }
    },

    tell() {
      this.triggerEvent('shown', { ids: this.data.lines.map(({ id }) => id) });
    },

    open(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
      this.triggerEvent('open', event.detail);
    },
  },
});
