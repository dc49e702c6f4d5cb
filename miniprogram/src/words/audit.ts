import type { AuditBroken } from '../api/types';

/** The page on who did what. */
export const auditWords = {
  what: '做了什么',
  who: '谁',
  whom: '对象',
  when: '什么时候',
  details: '细节',
  number: '编号',
  since: '从',
  until: '到',
  everything: '全部',
  product: '问津自己',
  none: '没有这样的记录。',
  notSealed: '还没封存',
  onlyWho: '只看这个人做的',
  onlyWhom: '只看和它有关的',
  all: '看全部记录',
  check: '核对有没有被动过',
  export: '导出最近一年的记录',
  exporting: '正在生成文件',
  checking: '正在核对',
  sealedBy: '每条记录都和它前面的锁在一起，改动、删去、插入、调换都会被查出来。',
  log: '如果连锁也被整个换掉，要靠服务器日志里留下的印来查：见运维手册。',
};

export const auditSay = {
  reader: (id: string) => `读者 ${id}`,
  sealed: (count: number) => `已封存 ${count} 条`,
  unsealed: (count: number, since: string) => `还有 ${count} 条没有封存，最早的是 ${since}`,
  nothingUnsealed: '没有等着封存的。',
  only: (said: string) => `只看：${said}`,
  about: (words: string, name: string) => (name ? `${words}（${name}）` : words),
  entry: (id: string, no: number | null) =>
    no === null ? `第 ${id} 条，还没封存` : `第 ${id} 条，封存号 ${no}`,
  whole: (count: number) => `核对了 ${count} 条，没有被动过的。`,
  touched: (count: number) => `核对完了，有 ${count} 处不对：`,
  more: (count: number) => `还有 ${count} 处。`,
};

const kinds: Record<AuditBroken['kind'], string> = {
  changed: '被改过',
  deleted: '被删去了',
  inserted: '是后来放进去的',
  reordered: '换过位置',
};

/** Where the chain is broken: the entry by its number, or where nothing is left of it, its place. */
export function sayBroken({ kind, no, entry_id }: AuditBroken): string {
  const place = no === null ? '' : `封存号 ${no}`;
  const entry = entry_id === null ? '一条记录' : `第 ${entry_id} 条记录`;
  return place ? `${entry}（${place}）${kinds[kind]}` : `${entry}${kinds[kind]}`;
}
