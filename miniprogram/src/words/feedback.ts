import type { FeedbackState, FeedbackTopic } from '../api/types';

export const topicNames: Record<FeedbackTopic, string> = {
  space: '空间',
  service: '服务',
  collection: '馆藏',
  system: '小程序',
  other: '别的',
};

/** The page where a reader tells us something. */
export const tellWords = {
  topic: '说的是',
  text: '想说的话',
  placeholder: '想让馆里做什么，或者哪里不好用，写在这里。',
  mayAnswer: '可以答复我',
  mayAnswerWhy: '答复会留在「我的意见」里，也会发到您的微信。',
  silentWhy: '馆员会看，不会来打扰您。',
  send: '发给图书馆',
  noTopic: '请先选一选，说的是哪一方面。',
  seal: '收到',
  sent: '收到了，谢谢您',
  sentAnswer: '馆员看过会答复您。答复在「我的意见」里，也会发到您的微信。',
  sentSilent: '馆员会认真看。',
  waiting: '正在发出',
  waitingText: '您写的内容已经存在这台手机里，连上网就发出。您可以先去忙别的。',
  notSent: '没有发出',
  returnedText: '内容没有通过检查。您写的还在下面，可以改一改再发。',
  mine: '看我的意见',
  another: '再说一件',
};

/** What became of it, as a word and its tone, and as a sentence. */
export const feedbackStates: Record<FeedbackState, { word: string; tone: string; line: string }> = {
  received: { word: '已收到', tone: 'river', line: '图书馆收到了，馆员会看。' },
  held: { word: '等馆员看', tone: 'ochre', line: '收到了。里面有的话要馆员先看一看，再来处理。' },
  returned: { word: '没有发出', tone: 'ochre', line: '内容没有通过检查，馆里没有收到。可以改一改再发。' },
  taken: { word: '有人在看', tone: 'river', line: '馆员正在看您的意见。' },
  answered: { word: '已答复', tone: 'moss', line: '馆员已经答复您了。' },
  noted: { word: '已阅', tone: 'moss', line: '馆员已经看过了，谢谢您告诉我们。' },
};

export const unsentStates = {
  waits: { word: '等着发出', tone: 'ochre', line: '存在这台手机里，连上网就发出。' },
  refused: { word: '没有发出', tone: 'ochre' },
};

/** The list of what one has told, and the page of one. */
export const mineWords = {
  none: '您还没有提过意见。想到什么，都可以告诉我们。',
  tell: '提一条意见',
  more: '正在取更早的',
  end: '就这些了',
  answerOf: (name: string | null) => `${name || '馆员'}的答复`,
  mend: '改一改再发',
  said: '您说的',
};

export const feedbackSay = {
  left: (letters: number) => `还可以写 ${letters} 字`,
  with: (department: string) => `交给${department}`,
  handedOn: (department: string) => `已转到${department}`,
};

/** One question after a visit or a talk; the stars from one to five. */
export const ratingWords = {
  stars: ['不好', '欠佳', '还行', '不错', '很好'],
  star: (stars: number, word: string) => `${stars} 星，${word}`,
  no: '不了',
  noWhy: '不评价，一周内也不再问',
  thanks: '谢谢您告诉我们',
  low: '没有让您满意，抱歉。',
  better: '告诉我们哪里可以更好',
};
