export const messagesWords = {
  none: '还没有消息。预约的提醒和馆里的通知会出现在这里。',
  find: '约一个座位',
  signedOut: '登录以后，预约的提醒和馆里的通知都会留在这里。',
  signIn: '登录',
  unread: '未读',
  more: '正在取更早的',
  end: '再早的没有了',
};

/** What a notice is about, by its purpose, and the icon beside it. */
export const purposes: Record<string, { name: string; icon: string }> = {
  seat_reminder: { name: '签到提醒', icon: 'clock' },
  booking_lapsed: { name: '预约失效', icon: 'alert' },
  duty: { name: '值班提醒', icon: 'clock' },
  answered: { name: '答复提醒', icon: 'bell' },
};
