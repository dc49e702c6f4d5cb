export const mergeWords = {
  other: '找到另一个账号',
  change: '换一个',
  which: '读者现在用哪一个',
  stays: '留下',
  moves: '带到留下的账号',
  nothing: '另一个账号里没有要带过来的内容。',
  ends: '要注意',
  merge: '合并这两个账号',
  done: '合并好了',
};

export const mergeSay = {
  title: (name: string) => `只留下${name}的账号？`,
  seen: (time: string) => `${time} 用过`,
  never: '已退出登录',
};
