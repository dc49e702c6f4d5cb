export const updateWords = {
  tooOld: '小程序要更新了',
  tooOldWhy: '您手机上的版本太旧，图书馆已经用不了它。预约和写下的内容都还在。',
  update: '更新并重新打开',
  again: '再试一次',
};

export const updateSay = {
  hints: {
    waiting:
      '微信会自己取来新版本，取好了这里会变成“更新”。等了很久的话，请把问津从微信“最近使用”里删掉，再搜索打开。',
    ready: '几秒钟就好。',
    failed: '微信没有取到新版本。请把问津从微信“最近使用”里删掉，再搜索打开。',
  },
  ready: {
    title: '有新版本',
    content: '现在重新打开小程序，几秒钟就好。写到一半的内容会留着。',
    confirmText: '现在更新',
    cancelText: '以后',
  },
};
