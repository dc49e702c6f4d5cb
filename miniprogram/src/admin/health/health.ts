import { serverNow } from '../../api/clock';
import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { DeadJob, Health, History } from '../../api/types';
import { shortMoment } from '../../logic/time';
import { look } from '../../look';
import {
  dropConsequences,
  healthSay as say,
  healthWords as w,
  historyWords,
  jobNames,
  wechatNames,
} from '../../words/health';
import type { ChartSchema } from '../kit/chart';
import { choicesOf, type ListSchema } from '../kit/list';
import { listPage } from '../kit/list-page';
import { chartsOf } from './charts';

const PATH = '/api/admin/health';
/** As many jobs as the server settles with one request. */
const MOST_AT_ONCE = 100;

const jobName = (kind: string) => jobNames[kind] ?? kind;

const list: ListSchema<DeadJob> = {
  path: `${PATH}/jobs`,
  columns: [
    { key: 'job', label: w.job },
    { key: 'key', label: w.key },
    { key: 'error', label: w.error },
    { key: 'since', label: w.since },
  ],
  filters: [
    {
      kind: 'choice',
      key: 'kind',
      label: w.kind,
      choices: choicesOf(jobNames, w.allKinds),
    },
  ],
  actions: [
    { key: 'retry', name: w.retry },
    { key: 'drop', name: w.drop, tone: 'seal' },
  ],
  empty: w.noDead,
  icon: 'check',
  rowOf: ({ id, kind, key, error, due_at }, now) => ({
    id,
    cells: { job: jobName(kind), key, error: error ?? '', since: shortMoment(due_at, now) },
  }),
};

/** What somebody should look at, in sentences. */
function troubles({ processes, late, dead }: Health): string[] {
  const silent = processes.filter((process) => process.silent).length;
  const away = processes.some(({ bus, silent: gone }) => bus === 'away' && !gone);
  return [
    ...(silent ? [say.silent(silent)] : []),
    ...(away ? [say.away] : []),
    ...(late ? [say.late] : []),
    ...(dead ? [say.dead(dead)] : []),
  ];
}

/** How the running processes hear each other; the worst that one of them says. */
function busOf({ processes }: Health): string {
  const said = new Set(processes.filter(({ silent }) => !silent).map(({ bus }) => bus));
  const worst = (['away', 'redis', 'alone'] as const).find((bus) => said.has(bus));
  return worst ? w.buses[worst] : '';
}

function shownOf(health: Health) {
  const now = serverNow();
  return {
    troubles: troubles(health),
    database: w.databases[health.database] ?? health.database,
    bus: busOf(health),
    processes: health.processes.map(({ name, kind, sockets, memory_mb, began_at, silent }) => ({
      name,
      kind: w.kinds[kind] ?? kind,
      facts: say.process(sockets, memory_mb, shortMoment(began_at, now)),
      chip: silent ? w.silent : w.runs,
      tone: silent ? 'ochre' : 'moss',
    })),
    waiting: health.waiting.map(({ kind, number, oldest_s }) => ({
      name: jobName(kind),
      facts: say.waits(number, say.seconds(oldest_s)),
    })),
    errors: health.wechat_errors.map(({ call, outcome, number }) => ({
      name: `${call} ${outcome}`,
      meaning: wechatNames[outcome] ?? '',
      times: say.times(number),
    })),
    calls: say.calls(health.wechat_calls),
  };
}

Page({
  ...listPage,
  data: {
    ...look(),
    w,
    historyTitle: historyWords.title,
    list,
    consequences: dropConsequences,
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    health: null as ReturnType<typeof shownOf> | null,
    charts: [] as ChartSchema[],
    /** The jobs that are about to be dropped. */
    dropping: [] as string[],
    title: '',
    busy: false,
    refused: '',
  },

  onLoad() {
    void this.load();
  },

  async load() {
    if (this.data.state === 'error') this.setData({ state: 'loading' });
    try {
      const [health, history] = await Promise.all([
        request<Health>('GET', PATH),
        request<History>('GET', `${PATH}/history`),
      ]);
      this.setData({ health: shownOf(health), charts: chartsOf(history), state: 'ready' });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  async onPullDownRefresh() {
    await Promise.all([this.load(), this.shown()?.reload()]);
    wx.stopPullDownRefresh();
  },

  act({ detail: { key, ids } }: WechatMiniprogram.CustomEvent<{ key: string; ids: string[] }>) {
    if (key === 'drop') this.setData({ dropping: ids, title: say.dropTitle(ids.length), refused: '' });
    else void this.retry(ids);
  },

  async retry(ids: string[]) {
    try {
      await this.settle('retry', ids);
    } catch (error) {
      tellFailure(error);
    }
  },

  async drop() {
    this.setData({ busy: true, refused: '' });
    try {
      await this.settle('drop', this.data.dropping);
      this.close();
    } catch (error) {
      this.setData({ refused: failureOf(error).text });
    } finally {
      this.setData({ busy: false });
    }
  },

  async settle(what: 'retry' | 'drop', ids: string[]) {
    for (let first = 0; first < ids.length; first += MOST_AT_ONCE) {
      await request('POST', `${PATH}/jobs/${what}`, { job_ids: ids.slice(first, first + MOST_AT_ONCE) });
    }
    wx.showToast({ title: what === 'retry' ? w.retried : w.dropped, icon: 'none' });
    void this.shown()?.reload();
    void this.load();
  },

  close() {
    this.setData({ dropping: [] });
  },
});
