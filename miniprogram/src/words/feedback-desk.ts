import type { FeedbackBox } from '../api/types';

/** The staff's own words about what readers tell the library. */
export const inboxWords = {
  boxes: { new: '新的', mine: '我的', others: '同事的', answered: '已答复' } satisfies Record<
    FeedbackBox,
    string
  >,
  empty: {
    new: '没有新的意见。',
    mine: '您手上没有意见。',
    others: '同事手上没有意见。',
    answered: '还没有答复过意见。',
  } satisfies Record<FeedbackBox, string>,
  pick: '从左边选一条意见',
  keys: '↑ ↓ 选，Enter 打开，Esc 回到列表',
  more: '正在取更早的',
  end: '再早的没有了',
  export: '导出最近一年的意见',
  exporting: '正在生成文件',
  silent: '不用答复',
  unchecked: '未经检查',
  ratings: '读者打的分',
  visits: '自习之后',
  chats: '咨询之后',
  notFound: '没有找到这条意见，它可能已经退回给写的人。',
};

/** One of them, with what may be done. */
export const opinionWords = {
  look: '微信请人先看一看这段话。放行以后才能答复，退回以后馆里看不到它。',
  show: '放行',
  giveBackText: '退回给写的人',
  own: '这是您自己写的，请另一位同事来看。',
  take: '我来看',
  release: '交还给大家',
  note: '看过了，不用答复',
  answer: '答复',
  answering: '您的答复',
  placeholder: '写给这位读者',
  consequence: '答复会发到读者的微信，发出后不能改',
  noAnswerWanted: '这位读者没有要答复，看过就好。',
  yours: '您写的还在这里',
  copy: '复制',
  shown: '已放行',
  returned: '已退回',
  noted: '记下了',
  answered: '答复发出了',
};

/** Sentences that need a value. */
export const inboxSay = {
  with: (name: string) => `${name}在看`,
  answeredBy: (name: string, time: string) => `${name}的答复 · ${time}`,
  notedBy: (name: string, time: string) => `${name}看过了 · ${time}`,
  average: (average: string, total: number) => `平均 ${average} 星，共 ${total} 次`,
  noRatings: '还没有人打分',
  star: (stars: number) => `${stars} 星`,
  bar: (stars: number, count: number, percent: number) => `${stars} 星，${count} 次，占 ${percent}%`,
};
