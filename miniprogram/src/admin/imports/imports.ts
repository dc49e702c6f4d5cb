import { tellFailure } from '../../api/failure';
import { ApiError } from '../../api/http';
import { chooseTable, exportTable } from '../../api/table-file';
import { me, onMe } from '../../api/session';
import type { ImportRun, ImportTarget } from '../../api/types';
import { sendFile } from '../../api/upload';
import { targetsOf } from '../../logic/imports';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { importStates, importTargets, importWords as w } from '../../words/imports';
import type { ListSchema } from '../kit/list';
import { listPage } from '../kit/list-page';

const PATH = '/api/admin/imports';
const LARGEST_BYTES = 20 * 1024 * 1024;

const list: ListSchema<ImportRun> = {
  path: PATH,
  columns: [
    { key: 'file', label: w.file, share: 2 },
    { key: 'target', label: w.target },
    { key: 'who', label: w.who },
    { key: 'when', label: w.when },
  ],
  opens: true,
  empty: w.none,
  icon: 'ticket',
  rowOf: ({ id, file_name, target, who, at, state }, now) => ({
    id,
    cells: {
      file: file_name || w.forgottenName,
      target: importTargets[target].name,
      who: who ?? '',
      when: moment(at, now),
    },
    chips: [{ text: importStates[state].name, tone: importStates[state].tone }],
  }),
};

function shown() {
  const targets = targetsOf(me().permissions);
  return {
    targets: targets.map((target) => ({ target, choose: importTargets[target].choose })),
    mayExport: targets.includes('cards'),
  };
}

Page({
  ...listPage,
  data: { ...look(), w, list, ...shown(), sending: false, percent: 0, exporting: false },
  off: null as (() => void) | null,

  onLoad() {
    this.setData(shown());
    this.off = onMe(() => this.setData(shown()));
  },

  onUnload() {
    this.off?.();
  },

  async choose({ currentTarget }: WechatMiniprogram.CustomEvent) {
    const { target } = currentTarget.dataset as { target: ImportTarget };
    const file = await chooseTable();
    if (!file || this.data.sending) return;
    this.setData({ sending: true, percent: 0 });
    try {
      if (file.size > LARGEST_BYTES) throw new ApiError('too_large', w.tooLarge);
      const onProgress = (percent: number) => this.setData({ percent });
      const { id } = await sendFile<ImportRun>(`${PATH}?target=${target}`, file.path, onProgress, {
        name: file.name,
      });
      this.follow(id);
    } catch (error) {
      tellFailure(error);
      void this.shown()?.reload();
    } finally {
      this.setData({ sending: false });
    }
  },

  open({ detail: { id } }: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.follow(id);
  },

  follow(id: string) {
    this.go(`/admin/imports/run?id=${id}`);
  },

  async export() {
    if (this.data.exporting) return;
    try {
      await exportTable('/api/admin/exports/patrons', () => this.setData({ exporting: true }));
    } catch (error) {
      tellFailure(error);
    } finally {
      this.setData({ exporting: false });
    }
  },
});
