import type { ImportState, ImportTarget } from '../api/types';

/** The pages on imports and exports. */
export const importWords = {
  chooseWhy: '先把 CSV 或 XLSX 文件发到微信聊天里，再从这里选它。第一行是各列的名称，最多 10 万行、20 MB。',
  sending: '正在上传',
  tooLarge: '文件超过 20 MB，请分成几个。',
  none: '还没有导入过。',
  file: '文件',
  target: '导入为',
  who: '谁',
  when: '什么时候',
  forgottenName: '已清除的文件',
  exported: '导出全部读者证',
  exportWhy: '表格的格式和导入的一样，不含密码。导出会连同原因记下来。',
  opening: '正在生成文件',
  notOpened: '文件没有打开，请再试一次。',
  noPdf: {
    422: '内容太多，PDF 放不下，请导出为表格。',
    501: '服务器上还没有安装 PDF 用的字体，请导出为表格。',
  } as Record<number, string>,
  // one import
  columns: '每一列是什么',
  notImported: '不导入',
  needed: '必填',
  recheck: '按这样检查',
  apply: '导入',
  undo: '撤销这次导入',
  problems: '有问题的行',
  noProblems: '没有有问题的行。',
  row: '行',
  problem: '问题',
  report: '把问题存成表格',
  applyTitle: '开始导入？',
  applyUndo: '7 天之内可以撤销。',
  undoTitle: '撤销这次导入？',
  undoDo: '撤销',
  nothingToDo: '没有要导入的行：不是有问题，就是和现在一样。',
  forgotten: '已过 7 天，文件里的内容已经清除，只留下数目。',
};

export const tableFormats = [
  { format: 'xlsx', name: '表格（XLSX）' },
  { format: 'pdf', name: 'PDF' },
] as const;

/** What is said of what rows become; `unit` counts it. */
export const importTargets: Record<
  ImportTarget,
  Record<'name' | 'choose' | 'unit' | 'columnsWhy' | 'applyOld' | 'undoWhat' | 'undoKept', string>
> = {
  cards: {
    name: '读者证',
    choose: '选一个文件导入读者证',
    unit: '人',
    columnsWhy: '没有对应的列不会导入。读者证号和姓名一定要有。',
    applyOld: '文件里没有写到的读者证不会变；文件里有对应列却空着的内容会清空。',
    undoWhat: '新增的读者证会删除，更新的会改回原来的内容。',
    undoKept: '导入以后又改过，或已有读者绑定的，会留着不动。',
  },
  articles: {
    name: '文章和常见问题',
    choose: '选一个文件导入文章和常见问题',
    unit: '篇',
    columnsWhy: '没有对应的列不会导入。类型、标题和正文一定要有；新的不写状态就是草稿。',
    applyOld: '类型和标题都相同的会换成文件里的内容，其他的不会变。',
    undoWhat: '新增的会删除，更新的会改回原来的内容。',
    undoKept: '导入以后又改过的，会留着不动。',
  },
};

export const importStates: Record<
  ImportState,
  { name: string; tone: 'quiet' | 'river' | 'seal' | 'ochre' | 'moss' }
> = {
  reading: { name: '正在读', tone: 'river' },
  mapping: { name: '等您指定列', tone: 'ochre' },
  checking: { name: '正在检查', tone: 'river' },
  checked: { name: '检查好了', tone: 'ochre' },
  applying: { name: '正在导入', tone: 'river' },
  done: { name: '已导入', tone: 'moss' },
  undoing: { name: '正在撤销', tone: 'river' },
  undone: { name: '已撤销', tone: 'quiet' },
  failed: { name: '没有读成', tone: 'seal' },
};

interface Counts {
  target: ImportTarget;
  rows: number;
  created: number;
  changed: number;
  same: number;
  problems: number;
  kept: number;
}

const unitOf = ({ target }: Counts) => importTargets[target].unit;

const parts = (counts: Counts, will: string) => {
  const { created, changed } = counts;
  const unit = unitOf(counts);
  return [
    ...(created ? [`${will}新增 ${created} ${unit}`] : []),
    ...(changed ? [`${created ? '' : will}更新 ${changed} ${unit}`] : []),
  ];
};

export const importSay = {
  rows: (rows: number) => `共 ${rows} 行`,
  /** 将新增 812 人，更新 150 人，18 行有问题不导入。 */
  will: (counts: Counts) =>
    `${[
      ...parts(counts, '将'),
      ...(counts.same ? [`${counts.same} ${unitOf(counts)}没有变化`] : []),
      ...(counts.problems ? [`${counts.problems} 行有问题不导入`] : []),
    ].join('，')}。`,
  did: (counts: Counts) =>
    `${
      [...parts(counts, '已'), ...(counts.problems ? [`${counts.problems} 行有问题没有导入`] : [])].join(
        '，',
      ) || '没有变化'
    }。`,
  undone: (counts: Counts) =>
    counts.kept ? `已撤销，${counts.kept} ${unitOf(counts)}后来有变动，留着没有动。` : '已全部撤销。',
  rowNo: (row: number) => `第 ${row} 行`,
  problem: (column: string, value: string, words: string) =>
    value ? `${column}“${value}”：${words}` : `${column}：${words}`,
};
