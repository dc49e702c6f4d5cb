export const meWords = {
  guest: '您还没有登录',
  guestWhy: '看座位不用登录。登录以后可以预约，提醒也会送到您的微信。',
  signIn: '用微信登录',
  unnamed: '给自己起个称呼',
  reader: '读者',
  bookings: '我的预约',
  reminders: '微信提醒',
  remindersWhy: '微信规定：您答应一次，我们只能提醒一次。消息页里总会有同样的内容。',
  askAgain: '再要一次',
  devices: '登录的设备',
  thisDevice: '这台手机',
  otherDevice: '另一台设备',
  endDevice: '退出',
  more: '更多',
  invitation: '我有邀请码',
  staff: '管理',
  about: '关于问津',
  signOutHere: '在这台手机上退出',
  signOutEverywhere: '在所有设备上退出',
  nickname: '称呼',
  nicknameHint: '馆员和您联系时这样称呼您，可以不填。',
  nicknamePlaceholder: '例如 小林',
  save: '保存',
  invitationTitle: '接受邀请',
  invitationHint: '把管理员给您的邀请码粘贴在这里，24 小时内有效。',
  invitationPlaceholder: '邀请码',
  accept: '接受邀请',
};

export const roleNames: Record<string, string> = {
  reader: '读者',
  librarian: '馆员',
  editor: '编辑',
  manager: '主管',
  admin: '管理员',
};

/** What the page says once, or asks. */
export const meSay = {
  balance: (times: number) => (times === 0 ? '现在不会提醒' : `还会提醒 ${times} 次`),
  lastUsed: (time: string) => `${time} 用过`,
  allDevices: (count: number) => `看全部 ${count} 台`,
  version: (version: string) => `版本 ${version}`,
  agreed: '好，到时提醒您',
  notAgreed: '没有变，消息页里仍会有',
  saved: '存好了',
  joined: '欢迎加入',
  endDevice: {
    title: '让这台设备退出？',
    content: '那台设备要重新登录才能预约。',
    confirmText: '退出',
  },
  signOutHere: {
    title: '在这台手机上退出？',
    content: '您的预约都还在，再登录就能看到。',
    confirmText: '退出',
  },
  signOutEverywhere: {
    title: '在所有设备上退出？',
    content: '每台设备都要重新登录，您的预约都还在。',
    confirmText: '全部退出',
  },
};
