export const chatWords = {
  title: '咨询',
  here: '馆员在',
  hereText: '问一句，馆员马上就能看到。',
  away: '馆员不在',
  onDuty: '有人值班',
  onDutyText: '现在有人值班。把问题写下，很快就有人回复。',
  ask: '向馆员提问',
  goOn: '接着上次的说',
  askWhy: '找书、约座、证件，或者别的，都可以问。',
  mine: '我的咨询',
  none: '您还没有问过。问过的都会留在这里。',
  signedOut: '登录以后就能提问，问过的都会留在这里。',
  signIn: '用微信登录',
  tellUs: '给图书馆提意见',
  tellUsText: '想让馆里做什么，或者哪里不好用',
  more: '正在取更早的',
  untitled: '新的咨询',
  askLibrarian: '咨询馆员',
};

/** Where a conversation is, as a word, and its tone. */
export const chatStates = {
  waiting: { word: '等馆员', tone: 'ochre' },
  claimed: { word: '正在谈', tone: 'river' },
  closed: { word: '已结束', tone: 'quiet' },
} as const;

export const chatSay = {
  unread: (count: number) => `${count > 99 ? '99+' : count} 条新回答`,
  opensAt: (time: string) =>
    `馆员 ${time} 上班。您现在就可以把问题写下，回答会出现在这里，也会发到您的微信。`,
  answersAt: (time: string) =>
    `${time} 起有人回复。您现在就可以把问题写下，回答会出现在这里，也会发到您的微信。`,
  awayNow: '馆员这会儿都不在。您可以先把问题写下，回答会出现在这里，也会发到您的微信。',
  closedForNow: '图书馆暂不开放。您可以先把问题写下，回答会出现在这里，也会发到您的微信。',
};

/** The page of one conversation. */
export const threadWords = {
  withYou: (name: string) => `${name}正在接待您`,
  soon: '馆员在，很快就来接待您。',
  first: '您好，想问什么，写在下面就好。',
  over: '这次咨询结束了。再写一句，就会接着谈。',
  about: '说的是',
  department: '问的是',
  librarian: '馆员',
};

/** Bubbles, the box and what happened between them. */
export const bubbleWords = {
  sending: '发送中',
  waits: '连上网就发',
  stored: '已发送',
  delivered: '已送达',
  read: '已读',
  held: '馆员看过后就会显示',
  failed: '没有发出',
  returned: '这句话没有发出。您可以改一改再发。',
  withdrawn: '这句话已经收回',
  unchecked: '未经检查',
  newOnes: '以下是新消息',
  fresh: '新消息',
  latest: '回到最新',
  first: '从这里开始',
  loading: '正在取更早的',
  again: '再发一次',
  back: '放回输入框改一改',
  drop: '不发了',
  placeholder: '写下您的问题',
  send: '发送',
  box: '要说的话',
  left: (count: number) => `还能写 ${count} 字`,
  typing: (name: string) => `${name}正在输入…`,
  librarian: '馆员',
  reader: '读者',
  returnedText: '刚才没有发出的话',
  putBack: '放回输入框',
};

/** What happened, as a quiet line; `name` is who did it. */
export const happened = {
  about: (words: string) => `说的是：${words}`,
  claimed: (name: string) => `${name}开始接待`,
  handed_back: (name: string) => `${name}请同事来接着谈`,
  returned: '馆员暂时离开，正在请下一位',
  closed: '这次咨询结束了',
  closedWith: (tag: string) => `这次咨询结束了 · ${tag}`,
  transferred: (department: string) => `已转到${department}`,
  transferredAway: '已转到别的部门',
  reopened: '接着谈',
};
