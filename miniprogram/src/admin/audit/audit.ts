import { libraryToday, serverNow } from '../../api/clock';
import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import { exportTable } from '../../api/table-file';
import type { AuditBroken, AuditChecked, AuditLine, AuditShown } from '../../api/types';
import { factsOf, sayWho, sayWhom, type Fact } from '../../logic/audit';
import { dateAfter } from '../../logic/span';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { auditSay, auditWords as w, sayBroken } from '../../words/audit';
import type { Choice, ListFilter, ListSchema } from '../kit/list';
import { listPage } from '../kit/list-page';

const PATH = '/api/admin/audit';
const EXPORTED = '/api/admin/exports/audit';
const EXPORTED_DAYS = 365;
const SHOWN_AT_MOST = 20;
/** Between two portions of the chain: a long one must not use up how often one may ask. */
const PAUSE_MS = 100;

/** What was tapped on to see only that: somebody, or what things were done to. */
interface Narrow {
  key: 'who' | 'whom';
  value: string;
  said: string;
}

function listOf(actions: readonly Choice[], narrow: Narrow | null): ListSchema<AuditLine> {
  const filters: ListFilter[] = [
    { kind: 'choice', key: 'what', label: w.what, choices: [{ value: '', name: w.everything }, ...actions] },
    { kind: 'person', key: 'who', label: w.who },
    { kind: 'date', key: 'since', label: w.since },
    { kind: 'date', key: 'until', label: w.until },
  ];
  const asked = narrow ? `?${narrow.key}=${encodeURIComponent(narrow.value)}` : '';
  return {
    path: `${PATH}/entries${asked}`,
    columns: [
      { key: 'what', label: w.what, share: 2 },
      { key: 'who', label: w.who },
      { key: 'whom', label: w.whom },
      { key: 'when', label: w.when },
    ],
    filters: filters.filter(({ key }) => key !== narrow?.key),
    opens: true,
    empty: w.none,
    icon: 'rules',
    rowOf: (line, now) => ({
      id: line.id,
      cells: { what: line.words, who: sayWho(line), whom: sayWhom(line), when: moment(line.at, now) },
      chips: line.sealed === null ? [{ text: w.notSealed, tone: 'quiet' }] : [],
    }),
  };
}

function chainOf({ sealed, unsealed, oldest }: AuditShown) {
  const since = oldest ? moment(oldest, serverNow()) : '';
  return {
    sealed: auditSay.sealed(sealed),
    unsealed: unsealed ? auditSay.unsealed(unsealed, since) : auditSay.nothingUnsealed,
  };
}

Page({
  ...listPage,
  data: {
    ...look(),
    w,
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    chain: { sealed: '', unsealed: '' },
    /** One list, made anew for each thing that is narrowed to. */
    lists: [] as ListSchema<AuditLine>[],
    narrowed: '',
    line: null as AuditLine | null,
    facts: [] as Fact[],
    exporting: false,
    check: {
      state: '' as '' | 'running' | 'done' | 'failed',
      done: 0,
      total: 0,
      said: '',
      broken: [] as string[],
    },
  },
  actions: [] as Choice[],
  gone: false,

  onLoad() {
    void this.load();
  },

  onUnload() {
    this.gone = true;
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      const shown = await request<AuditShown>('GET', PATH);
      this.actions = shown.actions.map(({ what, words }) => ({ value: what, name: words }));
      this.setData({ state: 'ready', chain: chainOf(shown) });
      this.narrow(null);
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  narrow(narrow: Narrow | null) {
    const narrowed = narrow ? auditSay.only(narrow.said) : '';
    this.setData({ lists: [listOf(this.actions, narrow)], narrowed, line: null });
  },

  async onPullDownRefresh() {
    try {
      this.setData({ chain: chainOf(await request<AuditShown>('GET', PATH)) });
      await this.shown()?.reload();
    } catch (error) {
      tellFailure(error);
    } finally {
      wx.stopPullDownRefresh();
    }
  },

  open({ detail: { item } }: WechatMiniprogram.CustomEvent<{ item: AuditLine }>) {
    this.setData({ line: item, facts: factsOf(item, moment(item.at, serverNow())) });
  },

  close() {
    this.setData({ line: null });
  },

  onlyWho() {
    const { line } = this.data;
    if (line?.who) this.narrow({ key: 'who', value: line.who.id, said: sayWho(line) });
  },

  onlyWhom() {
    const { line } = this.data;
    if (line) this.narrow({ key: 'whom', value: line.whom, said: sayWhom(line) });
  },

  showAll() {
    this.narrow(null);
  },

  async export() {
    if (this.data.exporting) return;
    const since = dateAfter(libraryToday(), -EXPORTED_DAYS);
    try {
      await exportTable(`${EXPORTED}?since=${since}`, () => this.setData({ exporting: true }));
    } catch (error) {
      tellFailure(error);
    } finally {
      this.setData({ exporting: false });
    }
  },

  /** Goes along the chain, portion by portion, until its end. */
  async verify() {
    if (this.data.check.state === 'running') return;
    this.setData({ check: { state: 'running', done: 0, total: 0, said: '', broken: [] } });
    try {
      const shown = await request<AuditShown>('GET', PATH);
      this.setData({ chain: chainOf(shown), 'check.total': shown.sealed });
      const broken: AuditBroken[] = [];
      let [to, done] = [0, false];
      while (!done && !this.gone) {
        const part = await request<AuditChecked>('GET', to ? `${PATH}/check?after=${to}` : `${PATH}/check`);
        [to, done] = [part.to, part.done];
        broken.push(...part.broken);
        this.setData({ 'check.done': to });
        if (!done) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      this.tellOf(broken, to);
    } catch (error) {
      this.setData({ 'check.state': 'failed' });
      tellFailure(error);
    }
  },

  tellOf(broken: AuditBroken[], checked: number) {
    const lines = broken.slice(0, SHOWN_AT_MOST).map(sayBroken);
    const left = broken.length - lines.length;
    this.setData({
      'check.state': 'done',
      'check.said': broken.length ? auditSay.touched(broken.length) : auditSay.whole(checked),
      'check.broken': left > 0 ? [...lines, auditSay.more(left)] : lines,
    });
  },
});
