/** What editors see of articles and answers, of synonyms, and of what was looked for in vain. */
export const articleListWords = {
  name: '题目',
  saved: '上次保存',
  find: '按题目、内容或拼音找',
  kind: '种类',
  state: '状态',
  bySaved: '新改的在前',
  byOldest: '久没看过的在前',
  none: '还没有写过。',
  write: '写一篇',
  tags: '标签',
};

export const articleStates = { draft: '草稿', published: '已发布' } as const;

export const articleFormWords = {
  kind: '种类',
  title: '题目',
  titleHint: '常见问题就写读者会怎么问',
  text: '内容',
  textHint: '空一行另起一段，行首写“# ”是小标题',
  cover: '题图',
  coverHint: '可以不放。通过检查后读者才看得到。',
  tags: '标签',
  tagHint: '例如 借阅',
  pinned: '优先出现的词',
  pinHint: '例如 wifi 密码',
  finding: '怎么被找到',
  pinMeaning: '读者搜的正好是这些词时，这一篇排在最前面。',
  state: '状态',
  publishing: '发布',
  seenBy: '读者马上看得到，也搜得到。',
  draftFacts: '只有编辑看得到。',
  save: '保存',
  saved: '已经保存',
  delete: '删掉这一篇',
  deleteTitle: '删掉这一篇？',
  deleteConsequences: ['读者打不开它，也搜不到它。', '删掉以后找不回来。只想先收起来，可以改成草稿。'],
  deleted: '已经删掉',
};

export const searchDeskWords = {
  missed: '没搜到的',
  missedFacts: '读者搜过、没有结果的词，不记是谁搜的。可以写一篇，或者加一组同义词。',
  missedNone: '读者搜的都有结果。',
  words: '词',
  times: '次数',
  last: '最近一次',
  look: '看过了',
  synonyms: '同义词',
  synonymsFacts: '搜其中一个，另外几个也会找到。',
  synonymsNone: '还没有同义词。',
  addSynonyms: '加一组',
  savedAt: '上次保存',
};

export const searchDeskSay = {
  times: (times: number) => `${times} 次`,
};

export const synonymsFormWords = {
  words: '意思一样的词',
  wordsHint: '例如 存包',
  range: '2 到 10 个词，写法不同的算一个',
  consequence: '保存以后马上生效',
  saved: '已经生效',
  delete: '删掉这一组',
  deleteTitle: '删掉这一组？',
  deleteConsequences: ['这些词不再互相找到。'],
  deleted: '已经删掉',
};
