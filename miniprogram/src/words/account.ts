export const accountWords = {
  title: '注销账号',
  goes: '会删除',
  goesList: [
    '您的微信身份、称呼和手机号',
    '还没用的预约，座位会让给别人',
    '咨询和意见里的文字，消息页里的内容',
    '提醒的许可，还没发出的提醒',
  ],
  stays: '会留下',
  staysList: ['不带姓名的记录：哪天哪个座位有人坐过、评了几颗星。图书馆要靠它们统计用量、查对差错。'],
  undo: '七天里可以反悔',
  undoWhy: '七天内账号照常可用，随时可以在这里改主意。到期以后找不回来；再用同一个微信登录，就是一位新读者。',
  close: '注销账号',
  keep: '不注销了，保留账号',
};

/** What the page says once, or asks. */
export const accountSay = {
  closesAt: (time: string) => `账号将在 ${time} 注销`,
  planned: '记下了，七天里可以反悔',
  kept: '好，账号保留',
  sure: {
    title: '七天后注销账号？',
    content: '七天里可以反悔，到期以后找不回来。',
    confirmText: '注销',
  },
};
