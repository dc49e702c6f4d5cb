/** The duty roster, as administrators keep it. */
export const rosterWords = {
  shut: '闭馆',
  nobody: '没有人',
  unnamed: '一位同事',
  empty: '没有排班',
  changed: '有调整',
  later: '以后开始',
  before: '上一周',
  after: '下一周',
  add: '排一个班',
};

export const turnWords = {
  person: '谁',
  first: '第一次',
  firstRange: '在同一天里，从几点到几点',
  department: '部门',
  allDepartments: '不分部门',
  weekly: '每周重复',
  last: '到哪天为止',
  lastHint: '不填就一直排下去',
  lastRange: '不早于第一次',
  save: '保存',
  saved: '已保存',
  consequence: '开始前 15 分钟，会提醒值班的同事',
  once: '只有这一次。',
  days: '接下来的几次',
  daysHint: '点一天，可以换人，或者这天不排',
  swap: '换一个人',
  nobody: '这天没有人',
  planned: '照原来的',
  delete: '取消这个班',
  deleteTitle: '取消这个班？',
  deleteConsequences: ['以后的每一次都取消，今天的也是。', '已经发出的提醒收不回来。'],
  deleted: '已经取消',
};

export const turnSay = {
  weekly: (weekday: string, hours: string, until: string) =>
    until ? `每${weekday} ${hours}，到 ${until} 为止。` : `每${weekday} ${hours}。`,
};

/** The same on the desk. */
export const dutyDayWords = {
  now: '值班表上现在是',
  nobodyNow: '值班表上现在没有人',
  next: '接下来',
  mine: '我的班',
};

export const dutyDaySay = {
  shift: (time: string, name: string) => `${time} ${name}`,
  of: (time: string, department: string) => `${time}，${department}`,
};
