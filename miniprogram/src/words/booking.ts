/** The client's own words about seats and bookings, by where they are said. */

export const seatMapWords = {
  mapLabel: '座位图。用读屏时，请改用列表。',
  zoomIn: '放大',
  zoomOut: '缩小',
  zoomWhole: '看全图',
};

export const spanWords = {
  day: '哪一天',
  from: '从',
  until: '到',
  closed: '不开',
  quick: { soon: '现在起', morning: '上午', afternoon: '下午', evening: '晚上' },
  length: (minutes: number): string => {
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    return `共${hours ? ` ${hours} 小时` : ''}${rest ? ` ${rest} 分钟` : ''}`;
  },
};

export const seatWords = {
  features: { socket: '有插座', window: '靠窗', quiet: '安静', lift: '近电梯', accessible: '无障碍' },
  states: { free: '空着', taken: '有人约', soon: '快空了', mine: '我的', closed: '不开放' },
};

export const bookingTabWords = {
  title: '约一个座位',
  full: '满了',
  closedThen: '这段时间不开',
  tooFarAhead: '还不能约这一天',
  atMost: (minutes: number): string => `一次最多 ${minutes / 60} 小时`,
  quiet: '安静',
  noDays: '这两周都不开馆。',
  mine: '我的预约',
  freeOf: (seats: number): string => `席空着，共 ${seats}`,
};

export const areaWords = {
  map: '座位图',
  list: '列表',
  change: '改时间',
  changeTitle: '想坐多久',
  use: '就这个时间',
  legend: '图例',
  legendClose: '看懂了',
  chosen: '选中的',
  free: (free: number): string => `空 ${free} 席`,
  counting: '正在数空座',
  needsCard: '要读者证',
  moved: (when: string): string => `时间改为 ${when}`,
  noTime: '今天和之后几天都没有可约的时间了。',
};

export const panelWords = {
  book: (label: string, hours: string): string => `预约 ${label}，${hours}`,
  consequence: (time: string): string => `请在 ${time} 前签到，否则座位会让给别人`,
  taken: (hours: string): string => `${hours} 有人约了`,
  soonLapses: (time: string): string => `${time} 前没有人来签到，这个座位就空出来`,
  soonEnds: (time: string): string => `${time} 起空着`,
  mine: '这段时间是您的座位',
  closed: '这个座位暂时不开放',
  near: (label: string): string => `看看旁边空着的 ${label}`,
  bookLater: (hours: string): string => `改为 ${hours}`,
  mineOpen: '看我的预约',
  cardOpen: '去看我的读者证',
  noneNear: '这个区这段时间没有空座了，换个时间看看',
  booking: '正在预约',
  confirming: (label: string): string => `正在确认 ${label} 有没有约上`,
  confirmingHint: '网络不太稳。请先别重复预约，一有结果就告诉您。',
  again: '现在再确认',
  failed: '没有约上',
  failedBefore: '没有约上：',
  close: '不选了',
};

export const listWords = {
  onlyFree: '只看空座',
  row: (first: string, last: string): string => (first === last ? first : `${first} 到 ${last}`),
  free: (free: number): string => (free ? `空 ${free} 席` : '满了'),
  none: '这一排这段时间没有空座。',
};

export const bookingsWords = {
  upcoming: '将来的',
  past: '过去的',
  emptyUpcoming: '现在没有预约。',
  emptyPast: '还没有过去的预约。',
  find: '约一个座位',
  end: '就这些了',
};

export const detailWords = {
  when: '时间',
  by: '代办',
  checkIn: '签到',
  scan: '扫座位上的码签到',
  scanHint: '座位上贴着一个码，坐下后扫一下就好',
  type: '扫不了，手动输入',
  finish: '提前离开',
  cancel: '取消预约',
  again: '再约一个',
  keep: '先留着',
  cancelAsk: '取消这次预约',
  cancelText: '座位马上让给别人。取消后想再约，要看它还空不空。',
  finishAsk: '现在离开',
  finishText: '剩下的时间会让给别人，您的东西请带好。',
  checkInFailed: '没有签到',
  cancelFailed: '没有取消',
  finishFailed: '还没有离开',
  titles: {
    booked: '约好了',
    checked_in: '签到好了',
    cancelled: '已经取消',
    lapsed: '没有签到',
    finished: '已经结束',
  },
  endings: {
    cancelled: '这个座位别人可以约了。',
    finished: '这次用完了，欢迎您再来。',
  },
};

export const checkInWords = {
  doing: '正在签到',
  done: '签到好了',
  seal: '在座',
  doneText: (time: string): string => `座位为您留到 ${time}`,
  failed: '没有签到',
  noCode: '没有认出这个码。请扫座位上贴的那一个。',
  open: '看这次预约',
  scanAgain: '再扫一次',
  type: '手动输入座位码',
  typeTitle: '输入座位码',
  typeHint: '座位上的码旁边印着 10 个字母和数字。',
  typePlaceholder: '如 k7m2p9xwqd',
  use: '签到',
  bookings: '我的预约',
  find: '约一个座位',
};
