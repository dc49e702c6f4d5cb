/** What readers see of the search, of articles and of answers. */
export const searchWords = {
  ask: '想问什么',
  placeholder: '例如 续借、无线网、zxs',
  find: '搜索',
  clear: '清掉',
  often: '大家常问',
  all: '看全部',
  pinned: '推荐',
  askLibrarian: '问问馆员',
  end: '就这些了。',
};

export const searchSay = {
  nothing: (text: string) => `没有找到“${text}”。换个说法，或者问问馆员。`,
};

export const articleWords = {
  none: '还没有文章。',
  noAnswers: '还没有整理好的回答。',
  stillAsk: '没有说清楚？问问馆员',
  gone: '这一篇已经不在了。',
};

export const articleSay = {
  updated: (time: string) => `${time} 更新`,
};

export const articleKinds = { faq: '常见问题', article: '文章' } as const;
