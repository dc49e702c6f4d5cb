import { libraryToday, serverNow } from '../../../api/clock';
import { failureOf, tellFailure, type Failure } from '../../../api/failure';
import { request } from '../../../api/request';
import type { Page } from '../../../api/types';
import { look } from '../../../look';
import { kitSay, kitWords } from '../../../words/admin-kit';
import type { Person } from '../../kit/form';
import { AT_ONCE, askedPath, type ListRow, type ListSchema } from '../../kit/list';

const TYPED_MS = 300;

type Item = unknown;

/** What belongs to a list but not on the screen. */
interface Kept {
  items: Item[];
  /** Counts the requests for a first part: an answer to an earlier one comes too late. */
  asked: number;
  typing: ReturnType<typeof setTimeout> | null;
}

const kept = new WeakMap<object, Kept>();
const of = (list: object): Kept => kept.get(list)!;

/**
 * A list of the admin pages: filters, sorting, parts, choosing several; rows on a phone, a table from 700 px on.
 *
 * - `list`: a `ListSchema` (admin/kit/list.ts) in the page's data; its functions come with it.
 * - fires `open` {id, item} for a tapped row when the schema says `opens`; `act` {key, ids, items} for an action on
 *   the chosen ones.
 * - `reload()` fetches the first part anew and lets go of what was chosen; what is shown stays until it arrives.
 *   `more()` fetches the next part. A page calls them from `onPullDownRefresh` and `onReachBottom`:
 *   see admin/staff/staff.ts for a whole page.
 */
Component({
  properties: {
    list: { type: Object, value: null as unknown as ListSchema<Item> },
  },
  data: {
    ...look(),
    w: kitWords,
    bones: [1, 2, 3, 4],
    atOnce: AT_ONCE,
    state: 'loading' as 'loading' | 'ready' | 'empty' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    rows: [] as ListRow[],
    next: null as string | null,
    busy: false,
    /** By key of the filter, and `sort`. */
    asked: {} as Record<string, string>,
    /** What the filters say of themselves: the chosen name, day or person. */
    said: {} as Record<string, string>,
    today: '',
    /** Whether a filter leaves something out. */
    filtered: false,
    sortIndex: 0,
    personFor: '',
    personPath: '',
    choosing: false,
    chosen: {} as Record<string, boolean>,
    chosenSay: '',
  },
  lifetimes: {
    created() {
      kept.set(this, { items: [], asked: 0, typing: null });
    },
    attached() {
      const sort = this.schema().sorts?.[0]?.value;
      this.setData({ today: libraryToday(), ...(sort ? { 'asked.sort': sort } : {}) });
      void this.load();
    },
    detached() {
      const { typing } = of(this);
      if (typing) clearTimeout(typing);
    },
  },
  methods: {
    schema(): ListSchema<Item> {
      return this.data.list;
    },

    async reload() {
      this.stopChoosing();
      await this.load();
    },

    async load() {
      const asked = ++of(this).asked;
      if (this.data.state === 'error') this.setData({ state: 'loading' });
      try {
        const { items, next } = await this.fetch(null);
        if (asked !== of(this).asked) return;
        of(this).items = items;
        this.setData({
          rows: this.rowsOf(items),
          next,
          state: items.length ? 'ready' : 'empty',
          filtered: Object.entries(this.data.asked).some(([key, value]) => key !== 'sort' && value !== ''),
        });
      } catch (error) {
        if (asked === of(this).asked) this.setData({ state: 'error', failure: failureOf(error) });
      }
    },

    async more() {
      const { next, busy } = this.data;
      if (!next || busy) return;
      const { asked, items } = of(this);
      this.setData({ busy: true });
      try {
        const older = await this.fetch(next);
        if (asked !== of(this).asked) return;
        of(this).items = [...items, ...older.items];
        const added = this.rowsOf(older.items).map((row, at) => [`rows[${items.length + at}]`, row]);
        this.setData({ ...Object.fromEntries(added), next: older.next });
      } catch (error) {
        tellFailure(error);
      } finally {
        this.setData({ busy: false });
      }
    },

    fetch(after: string | null): Promise<Page<Item>> {
      return request<Page<Item>>('GET', askedPath(this.schema().path, this.data.asked, after));
    },

    rowsOf(items: Item[]): ListRow[] {
      const now = serverNow();
      return items.map((item) => this.schema().rowOf(item, now));
    },

    // -- filters

    ask(key: string, value: string, said: string) {
      this.setData({ [`asked.${key}`]: value, [`said.${key}`]: said });
      void this.reload();
    },

    type(event: WechatMiniprogram.Input) {
      const { key } = event.currentTarget.dataset;
      this.setData({ [`asked.${key}`]: event.detail.value });
      const here = of(this);
      if (here.typing) clearTimeout(here.typing);
      here.typing = setTimeout(() => void this.reload(), TYPED_MS);
    },

    choose(event: WechatMiniprogram.PickerChange) {
      const { key } = event.currentTarget.dataset;
      const filter = this.schema().filters?.find((one) => one.key === key);
      if (filter?.kind !== 'choice') return;
      const choice = filter.choices[Number(event.detail.value)];
      this.ask(key, choice?.value ?? '', choice?.value ? choice.name : '');
    },

    chooseDate(event: WechatMiniprogram.PickerChange) {
      const day = String(event.detail.value);
      this.ask(event.currentTarget.dataset.key, day, day);
    },

    askPerson(event: WechatMiniprogram.TouchEvent) {
      const { key, path } = event.currentTarget.dataset;
      this.setData({ personFor: key, personPath: path ?? '' });
    },

    choosePerson(event: WechatMiniprogram.CustomEvent<{ person: Person }>) {
      const { id, name } = event.detail.person;
      this.ask(this.data.personFor, id, name);
      this.closePerson();
    },

    closePerson() {
      this.setData({ personFor: '' });
    },

    clear(event: WechatMiniprogram.TouchEvent) {
      this.ask(event.currentTarget.dataset.key, '', '');
    },

    sort(event: WechatMiniprogram.PickerChange) {
      const sortIndex = Number(event.detail.value);
      this.setData({ sortIndex, 'asked.sort': this.schema().sorts?.[sortIndex]?.value ?? '' });
      void this.reload();
    },

    // -- rows

    tap(event: WechatMiniprogram.TouchEvent) {
      const index = Number(event.currentTarget.dataset.index);
      const row = this.data.rows[index];
      if (!row) return;
      if (this.data.choosing) this.mark({ ...this.data.chosen, [row.id]: !this.data.chosen[row.id] });
      else if (this.schema().opens) this.triggerEvent('open', { id: row.id, item: of(this).items[index] });
    },

    startChoosing() {
      this.setData({ choosing: true });
      this.mark({});
    },

    stopChoosing() {
      if (this.data.choosing) this.setData({ choosing: false, chosen: {} });
    },

    chooseAll() {
      this.mark(Object.fromEntries(this.data.rows.map(({ id }) => [id, true])));
    },

    mark(chosen: Record<string, boolean>) {
      const count = Object.values(chosen).filter(Boolean).length;
      this.setData({ chosen, chosenSay: count ? kitSay.chosen(count) : '' });
    },

    act(event: WechatMiniprogram.TouchEvent) {
      const picked = this.data.rows.flatMap(({ id }, at) => (this.data.chosen[id] ? [at] : []));
      if (picked.length === 0) return;
      this.triggerEvent('act', {
        key: event.currentTarget.dataset.key,
        ids: picked.map((at) => this.data.rows[at]!.id),
        items: picked.map((at) => of(this).items[at]),
      });
    },
  },
});
