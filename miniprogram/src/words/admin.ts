import type { StaffRole } from '../api/types';

/** What the pages of the staff are about. */
export const staffParts = {
  desk: '接待读者',
  content: '写给读者',
  rules: '座位和读者证',
  staff: '同事',
  running: '运行',
};

export const staffWords = {
  nothing: '您现在没有要管理的内容。',
  desk: '咨询台',
  deskFacts: '排队的读者和您接待的对话',
  feedback: '读者的意见',
  feedbackFacts: '新的意见、您的答复、读者打的分',
  announcement: '首页的通知',
  announcementFacts: '写给所有读者，保存后立刻出现在首页',
  articles: '文章和常见问题',
  articlesFacts: '写、改、发布，读者搜得到',
  search: '搜索',
  searchFacts: '读者没搜到的词，意思一样的词',
  patrons: '读者证',
  patronsFacts: '找一位读者，解锁、挂失、暂停',
  groups: '读者类别',
  groupsFacts: '学生、教工、少儿……规则按它分',
  imports: '导入和导出',
  importsFacts: '从表格导入读者证、文章和常见问题，也可以撤销',
  rules: '预约规则',
  rulesFacts: '时长、次数、签到时间',
  staff: '同事和身份',
  staffFacts: '谁有什么身份，从什么时候起',
  departments: '部门',
  departmentsFacts: '读者提问时可以选哪些部门',
  roster: '值班表',
  rosterFacts: '谁在什么时候接待读者',
  health: '运行情况',
  healthFacts: '进程、积压、微信的错误、没有办成的事',
  invite: '邀请同事',
  inviteFacts: '给出一个身份，24 小时内有效',
  codes: '座位码',
  codesFacts: '每个座位桌上的签到码',
  audit: '操作记录',
  auditFacts: '谁在什么时候做了什么，有没有被动过',
};

export const announcementWords = {
  title: '标题',
  titlePlaceholder: '例如 周三提前闭馆',
  text: '内容',
  textPlaceholder: '写给读者的话',
  picture: '图片',
  pictureHint: '可以不放。比如活动的海报，通过检查后读者才看得到。',
  save: '保存并显示在首页',
  saved: '首页已经换上',
  takenOff: '标题和内容都空着：保存以后，首页不再显示通知。',
  consequence: '打开着首页的读者会马上看到',
};

export const rulesWords = {
  none: '您这里的规则和别处共用，请管理全馆的同事来改，或者在下面单独定一套。',
  name: '名字',
  nameRange: '1 到 40 个字',
  where: '哪里按哪一套',
  own: '单独定一套',
  ownHint: '先照现在的抄一份，以后只管这里',
  shared: '和别处共用',
  chosen: '从下一次预约起按这一套',
  consequence: '对之后的预约马上生效，已有的预约不变',
  saved: '已经生效',
};

export const cardRules = {
  name: '谁可以约',
  needsCard: '要有读者证',
  groups: '只留给这些读者，一个都不选就是全部',
};

export const cardSay = {
  meaning: (needsCard: boolean, groups: readonly string[]) => {
    if (!needsCard) return '没有读者证的读者也能约。';
    return groups.length ? `读者证是${groups.join('、')}的读者才能约。` : '有读者证的读者都能约。';
  },
};

/** The limits by what they are about; `range` is what the server takes. */
export const ruleGroups = [
  {
    key: 'length',
    name: '一次约多久',
    fields: [
      { key: 'min_minutes', label: '最短', unit: '分钟', range: '15 到 1440，15 的倍数' },
      { key: 'max_minutes', label: '最长', unit: '分钟', range: '15 到 1440，15 的倍数，不短于最短' },
    ],
  },
  {
    key: 'count',
    name: '每位读者',
    fields: [
      { key: 'at_once', label: '同时最多', unit: '个', range: '1 到 20' },
      { key: 'per_day', label: '每天最多', unit: '次', range: '1 到 20' },
    ],
  },
  {
    key: 'ahead',
    name: '什么时候可以约',
    fields: [
      { key: 'advance_days', label: '最多提前', unit: '天', range: '0 到 60' },
      { key: 'release_time', label: '新的一天放出', unit: '', range: '00:00 到 23:59' },
    ],
  },
  {
    key: 'checkIn',
    name: '签到和提醒',
    fields: [
      { key: 'checkin_before_minutes', label: '开始前多久可签到', unit: '分钟', range: '0 到 120' },
      { key: 'checkin_after_minutes', label: '开始后多久让出', unit: '分钟', range: '5 到 120' },
      { key: 'remind_before_minutes', label: '开始前多久提醒', unit: '分钟', range: '0 到 1440' },
    ],
  },
] as const;

const hours = (minutes: number) => (minutes % 60 === 0 ? `${minutes / 60} 小时` : `${minutes} 分钟`);

/** Where rules hold, and what the limits of each group mean for a reader. */
export const rulesSay = {
  areas: (names: readonly string[]) => (names.length ? `管着 ${names.join('、')}` : '还没有区域用它'),
  choose: (area: string) => `${area}按哪一套`,
  length: (shortest: number, longest: number) => `读者一次可以约 ${hours(shortest)}到 ${hours(longest)}。`,
  count: (atOnce: number, perDay: number) => `手上有 ${atOnce} 个没用完的，就不能再约；一天共 ${perDay} 次。`,
  ahead: (days: number, time: string) =>
    days === 0 ? '只能约当天的座位。' : `每天 ${time} 放出 ${days} 天后的座位。`,
  checkIn: (opens: string, closes: string, reminded: string) =>
    `约 14:00 的座位：${reminded} 提醒，${opens} 起可签到，${closes} 没到就让给别人。`,
};

export const staffRoles: { role: StaffRole; name: string; facts: string }[] = [
  { role: 'librarian', name: '馆员', facts: '回答咨询和意见，看座位码' },
  { role: 'editor', name: '编辑', facts: '写首页的通知' },
  { role: 'manager', name: '主管', facts: '写通知，改规则，回答咨询和意见，看座位码' },
  { role: 'admin', name: '管理员', facts: '以上全部，还能邀请同事' },
];

export const codesWords = {
  area: '区域',
  seat: '座位',
  code: '座位码',
  none: '这个区域还没有座位。',
  search: '找一个座位，例如 A-12',
  facts: '贴在桌上：微信扫码图就签到，扫不了可以输入座位码。',
  picture: '看码图',
  noPicture: '现在拿不到码图，过一会儿再试',
  copy: '复制座位码',
};
