export const hoursWords = {
  next14: '从今天起 14 天',
  closed: '不开放',
  none: '还没有排出开放时间',
};
