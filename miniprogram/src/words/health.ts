/** The page on how the product runs. */
export const healthWords = {
  well: '一切正常',
  look: '有地方要看一看',
  database: '数据库',
  databases: { sqlite: 'SQLite', postgres: 'PostgreSQL' } as Record<string, string>,
  bus: 'Redis',
  buses: { alone: '没有用', redis: '连着', away: '连不上' },
  processes: '进程',
  kinds: { web: '服务', worker: '后台' } as Record<string, string>,
  runs: '在运行',
  silent: '没有动静',
  waiting: '等着办的事',
  noneWaiting: '没有积压。',
  wechat: '一天里微信没有办成的调用',
  noErrors: '都办成了。',
  dead: '没有办成的事',
  noDead: '没有放弃的事。',
  job: '什么事',
  key: '哪一件',
  error: '原因',
  since: '什么时候放弃的',
  kind: '种类',
  allKinds: '全部种类',
  retry: '再试一次',
  drop: '丢掉',
  dropWord: '丢掉',
  retried: '又排上了',
  dropped: '已经丢掉',
};

export const healthSay = {
  silent: (count: number) => `${count} 个进程没有动静，可能被强行停掉了。`,
  away: '有的进程连不上 Redis：各自的页面照常，别处的消息要晚一点到。',
  late: '后台跟不上了：有的事等了一分钟以上。',
  dead: (count: number) => `${count} 件事试了很多次都没有办成，在下面。`,
  process: (sockets: number, memoryMb: number, began: string) =>
    `${sockets} 个连接 · 内存 ${memoryMb} MB · ${began}启动`,
  waits: (number: number, time: string) => `${number} 件，最早的等了 ${time}`,
  seconds: (seconds: number) => (seconds < 60 ? `${seconds} 秒` : `${Math.floor(seconds / 60)} 分钟`),
  times: (number: number) => `${number} 次`,
  calls: (number: number) => `一共 ${number} 次`,
  dropTitle: (count: number) => `丢掉 ${count} 件没有办成的事？`,
};

/** The charts. */
export const historyWords = {
  title: '这些天怎么样',
  wechat: '两周里微信没有办成的调用',
  failed: '没有办成',
  noFailed: '都办成了。',
  jobs: '一天里后台办成的事',
  done: '办成',
  noJobs: '一天里没有要办的事。',
  readers: '读者什么时候来问',
  weekdays: ['周一', '周二', '周三', '周四', '周五', '周六', '周日'],
};

export const historySay = {
  times: (number: number) => `${number} 次`,
  jobs: (number: number) => `${number} 件`,
  readers: (number: number) => `${number} 位`,
  readersFacts: (weeks: number) => `${weeks} 周里每个钟头来问的读者加在一起，今天还不算。`,
  noReaders: (weeks: number) => `到昨天为止的 ${weeks} 周里没有读者来问。`,
};

export const dropConsequences = ['这些事不会再办，也找不回来。', '丢掉了哪些，会记在操作记录里。'];

/** Jobs by their kind; one without a name is shown as it is. */
export const jobNames: Record<string, string> = {
  remind: '提醒签到',
  remind_turn: '提醒值班',
  plan_turns: '安排值班的提醒',
  lapse: '让出没签到的座位',
  send_notice: '发微信提醒',
  keep_consents: '记下新读者同意的提醒',
  check_text: '检查文字',
  show_text: '显示文字',
  check_picture: '检查图片',
  judge_picture: '处理图片的结果',
  remove_file: '删除图片',
  tidy_uploads: '清理图片',
  tell_answer: '告诉读者有答复',
  watch_duty: '看馆员是否在岗',
  close_account: '注销账号',
  erase_account: '删除注销账号的内容',
  end_merge: '收好合并账号后来的内容',
  end_review: '结束审核体验',
  seal_audit: '封存操作记录',
  tidy: '每天的清理',
};

/** What WeChat's numbers mean, where an administrator can do something about it. */
export const wechatNames: Record<string, string> = {
  '40001': '密钥不对，或令牌过期',
  '40013': 'AppID 不对',
  '40037': '消息模板不对',
  '43101': '读者没有同意提醒',
  '45009': '今天的次数用完了',
  '45011': '太快了',
  '47003': '消息的内容不合模板',
  '48001': '没有开通这个接口',
};
