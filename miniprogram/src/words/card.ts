export const cardWords = {
  bindTitle: '绑定读者证',
  why: '绑定以后，要读者证的座位也能约。',
  number: '证号',
  numberPlaceholder: '证上印着的号码',
  secret: '密码',
  secretPlaceholder: '在图书馆设的密码',
  bind: '绑定',
  byPhone: '用手机号绑定',
  byPhoneWhy: '手机号要和办证时留的一样',
  elsewhere: '移到这个微信',
  elsewherePhone: '用手机号移过来',
  keep: '不移了',
  group: '类别',
  noGroup: '没有类别',
  valid: '有效期',
  always: '长期',
  unbind: '解绑',
  lost: '挂失',
  stopped: '暂停',
};

const date = (day: string) => day.split('-').map(Number).join('.');

export const cardSay = {
  valid: (from: string | null, until: string | null) =>
    from
      ? `${date(from)} 起，${until ? `到 ${date(until)}` : cardWords.always}`
      : until
        ? `到 ${date(until)}`
        : cardWords.always,
  bound: '绑好了',
  unbound: '解绑了',
  reported: '挂失了',
  noPhone: '没有拿到手机号，可以用密码绑定',
  sureUnbind: {
    title: '解绑这张读者证？',
    content: '已有的预约不变。要再绑，需要密码或手机号。',
    confirmText: '解绑',
  },
  sureLost: {
    title: '挂失这张读者证？',
    content: '谁都不能再用它。找到或补办以后，请馆员恢复。',
    confirmText: '挂失',
  },
  ban: (until: string | null, reason: string) =>
    `${until ? `${until} 起恢复` : '请找馆员恢复'}。原因：${reason}`,
};

/** Why a card cannot be used today. */
export const cardProblems: Record<string, { word: string; text: string }> = {
  card_lost: { word: '已挂失', text: '找到了或要补办，请到服务台。' },
  card_closed: { word: '已停用', text: '请到服务台问一问。' },
  card_expired: { word: '已过期', text: '请到服务台续期。' },
  card_not_yet: { word: '还没生效', text: '到了有效期的第一天就能用。' },
};

export const banNames: Record<string, string> = {
  bookings: '预约暂停了',
  text: '咨询和提意见暂停了',
  both: '预约、咨询和提意见暂停了',
};
