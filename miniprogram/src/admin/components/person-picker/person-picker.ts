import { failureOf, type Failure } from '../../../api/failure';
import { request } from '../../../api/request';
import type { Page, StaffRole } from '../../../api/types';
import { roleName } from '../../../logic/staff';
import { kitWords } from '../../../words/admin-kit';
import { askedPath } from '../../kit/list';

const TYPED_MS = 300;
const STAFF = '/api/staff/people';

/** Somebody as a search answers them; `facts` or the roles are said beneath the name. */
interface Found {
  id: string;
  name: string | null;
  facts?: string | null;
  roles?: StaffRole[];
}

const typing = new WeakMap<object, ReturnType<typeof setTimeout>>();

function stopTyping(picker: object): void {
  const timer = typing.get(picker);
  if (timer) clearTimeout(timer);
}

/**
 * A sheet in which one person is found by a part of their name.
 *
 * - `open`; `path`: what is asked, the staff when it is empty. It takes `text` and answers `{items: {id, name}[]}`.
 * - fires `pick` {person: {id, name}} and `close`.
 */
Component({
  properties: {
    open: { type: Boolean, value: false },
    path: { type: String, value: '' },
  },
  data: {
    w: kitWords,
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    text: '',
    found: [] as { id: string; name: string; facts: string }[],
  },
  observers: {
    open(open: boolean) {
      if (!open) return;
      this.setData({ text: '', found: [], state: 'loading' });
      void this.search();
    },
  },
  lifetimes: {
    detached() {
      stopTyping(this);
    },
  },
  methods: {
    type(event: WechatMiniprogram.Input) {
      this.setData({ text: event.detail.value });
      stopTyping(this);
      typing.set(
        this,
        setTimeout(() => void this.search(), TYPED_MS),
      );
    },

    async search() {
      const { text } = this.data;
      if (this.data.state === 'error') this.setData({ state: 'loading' });
      try {
        const path = askedPath(this.data.path || STAFF, { text }, null);
        const { items } = await request<Page<Found>>('GET', path);
        if (text !== this.data.text) return;
        const found = items.map(({ id, name, facts, roles }) => ({
          id,
          name: name || kitWords.unnamed,
          facts: facts ?? roles?.map(roleName).join('、') ?? '',
        }));
        this.setData({ found, state: found.length ? 'ready' : 'empty' });
      } catch (error) {
        if (text === this.data.text) this.setData({ state: 'error', failure: failureOf(error) });
      }
    },

    pick(event: WechatMiniprogram.TouchEvent) {
      const { id, name } = event.currentTarget.dataset.person;
      this.triggerEvent('pick', { person: { id, name } });
    },

    close() {
      this.triggerEvent('close');
    },
  },
});
