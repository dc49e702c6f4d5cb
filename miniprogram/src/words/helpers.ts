export const helperWords = {
  helpers: '谁可以代我办理',
  helpersNone: '还没有人代您办理。',
  helpersWhy: '代办人可以替您预约、签到、取消和看您的预约。每一次您都会收到消息，随时可以收回。',
  invite: '请人代办',
  code: '代办码',
  codeHow: '念给或发给要帮您的人。对方在“我的”页打开“代办”，填进去。',
  copy: '复制',
  end: '收回',
  helped: '我代谁办理',
  helpedNone: '您还没有代谁办理。',
  accept: '我来代办',
  acceptPlaceholder: '对方给您的代办码',
  leave: '不再代办',
  unnamed: '没有留称呼的读者',
  forWhom: '为谁',
  forMe: '为自己',
};

export const helperSay = {
  since: (time: string) => `${time} 起`,
  until: (time: string) => `${time} 前有效，只能用一次`,
  accepted: '好，可以代办了',
  ended: '收回了',
  left: '不再代办了',
  forOther: (name: string) => `为${name}`,
  by: (name: string | null) => `由${name ?? '代办人'}代办`,
  sureEnd: (name: string) => ({
    title: `收回${name}的代办？`,
    content: '从现在起，对方不能再替您做什么。已有的预约不变。',
    confirmText: '收回',
  }),
  sureLeave: (name: string) => ({
    title: `不再代${name}办理？`,
    content: '要再代办，需要对方给一个新的代办码。',
    confirmText: '不再代办',
  }),
};
