import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import { live } from '../../api/socket';
import { openTable } from '../../api/table-file';
import type { ImportChanged, ImportField, ImportProblems, ImportRun } from '../../api/types';
import { isComplete, isJudged, isWorking, mappingOf, withColumn } from '../../logic/imports';
import { look } from '../../look';
import { importSay, importStates, importTargets, importWords as w } from '../../words/imports';
import type { ListSchema, ShownList } from '../kit/list';

const LOOK_MS = 2_000;

function problemsOf(run: ImportRun, path: string): ListSchema<ImportProblems>[] {
  if (!isJudged(run) || run.problems === 0 || run.forgotten) return [];
  const list: ListSchema<ImportProblems> = {
    path: `${path}/problems`,
    columns: [
      { key: 'row', label: w.row },
      { key: 'problem', label: w.problem, share: 4 },
    ],
    empty: w.noProblems,
    icon: 'rules',
    rowOf: ({ row, problems }) => ({
      id: String(row),
      cells: {
        row: importSay.rowNo(row),
        problem: problems
          .map(({ column, value, words }) => importSay.problem(column, value, words))
          .join(' '),
      },
    }),
  };
  return [list];
}

function saidOf(run: ImportRun): string {
  if (run.state === 'failed') return run.failure_words ?? '';
  if (run.state === 'checked') return run.created + run.changed ? importSay.will(run) : w.nothingToDo;
  if (run.state === 'done') return importSay.did(run);
  if (run.state === 'undone') return importSay.undone(run);
  return importSay.rows(run.rows);
}

function shownOf(run: ImportRun) {
  return {
    run,
    named: importStates[run.state],
    columnsWhy: importTargets[run.target].columnsWhy,
    working: isWorking(run),
    said: saidOf(run),
    mayMap: run.state === 'mapping' || run.state === 'checked',
    mayApply: run.state === 'checked' && run.created + run.changed > 0,
    mayUndo: run.state === 'done' && !run.forgotten && run.created + run.changed > 0,
  };
}

Page({
  data: {
    ...look(),
    w,
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    ...shownOf({ target: 'cards', state: 'reading', columns: [] as string[] } as ImportRun),
    choices: [] as string[],
    fields: [] as ImportField[],
    mapped: false,
    complete: false,
    faulty: [] as ListSchema<ImportProblems>[],
    asked: '' as '' | 'apply' | 'undo',
    /** Stays while its sheet is leaving. */
    question: { title: '', deed: '', tone: 'river', consequences: [] as string[] },
    busy: false,
    refused: '',
    opening: false,
  },
  path: '',
  id: '',
  off: null as (() => void) | null,
  timer: null as ReturnType<typeof setInterval> | null,

  onLoad({ id = '' }: Record<string, string | undefined>) {
    this.id = id;
    this.path = `/api/admin/imports/${id}`;
    void this.load();
  },

  onShow() {
    this.off = live.onNews<ImportChanged>(['import_changed'], (changed) => {
      if (!changed || changed.id === this.id) void this.look();
    });
    // Somebody else's import tells nobody here.
    this.timer = setInterval(() => this.data.working && void this.look(), LOOK_MS);
  },

  onHide() {
    this.rest();
  },

  onUnload() {
    this.rest();
  },

  rest() {
    this.off?.();
    if (this.timer) clearInterval(this.timer);
    this.off = this.timer = null;
  },

  onReachBottom() {
    void (this.selectComponent('#list') as unknown as ShownList | null)?.more();
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      this.show(await request<ImportRun>('GET', this.path));
      this.setData({ state: 'ready' });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  /** What it says while it works is only how far it has come: a look that fails is followed by another. */
  async look() {
    if (this.data.state !== 'ready') return;
    try {
      this.show(await request<ImportRun>('GET', this.path));
    } catch {
      return;
    }
  },

  show(run: ImportRun) {
    const before = this.data.run;
    const moved = before.state !== run.state || before.version !== run.version;
    this.setData(shownOf(run));
    if (!moved && this.data.state === 'ready') return;
    this.setData({
      choices: [w.notImported, ...run.columns.map((name, at) => name || String(at + 1))],
      fields: run.fields,
      mapped: run.state === 'mapping',
      complete: isComplete(run.fields),
      faulty: problemsOf(run, this.path),
    });
  },

  map(event: WechatMiniprogram.PickerChange) {
    const chosen = Number(event.detail.value) - 1;
    const { field } = event.currentTarget.dataset as { field: string };
    const fields = withColumn(this.data.fields, field, chosen < 0 ? null : chosen);
    this.setData({ fields, mapped: true, complete: isComplete(fields) });
  },

  async recheck() {
    const wish = { version: this.data.run.version, mapping: mappingOf(this.data.fields) };
    this.setData({ busy: true });
    try {
      this.show(await request<ImportRun>('PUT', `${this.path}/mapping`, wish));
    } catch (error) {
      tellFailure(error);
      void this.load();
    } finally {
      this.setData({ busy: false });
    }
  },

  askToApply() {
    const { run } = this.data;
    const consequences = [importSay.will(run), importTargets[run.target].applyOld, w.applyUndo];
    const question = { title: w.applyTitle, deed: w.apply, tone: 'river', consequences };
    this.setData({ asked: 'apply', question, refused: '' });
  },

  askToUndo() {
    const { undoWhat, undoKept } = importTargets[this.data.run.target];
    const consequences = [undoWhat, undoKept];
    const question = { title: w.undoTitle, deed: w.undoDo, tone: 'seal', consequences };
    this.setData({ asked: 'undo', question, refused: '' });
  },

  async decide() {
    const { asked, run } = this.data;
    if (!asked || this.data.busy) return;
    const wish = asked === 'apply' ? { version: run.version } : {};
    this.setData({ busy: true, refused: '' });
    try {
      this.show(await request<ImportRun>('POST', `${this.path}/${asked}`, wish));
      this.close();
    } catch (error) {
      this.setData({ refused: failureOf(error).text });
    } finally {
      this.setData({ busy: false });
    }
  },

  close() {
    this.setData({ asked: '' });
  },

  async report() {
    if (this.data.opening) return;
    this.setData({ opening: true });
    try {
      await openTable(`${this.path}/report`);
    } catch (error) {
      tellFailure(error);
    } finally {
      this.setData({ opening: false });
    }
  },
});
