import type { BanStops, FindPatronsBy, LookReason } from '../api/types';

export const findWords = {
  by: '按什么找',
  reason: '为什么要找',
  reasonWhy: '每次查找和查看都会连同原因记下来。',
  find: '查找',
  none: '没有找到。核对一下，或换一种找法。',
  more: '还有更多，请写得再完整一些。',
  noCard: '没有绑读者证',
  unnamed: '没有留称呼的读者',
};

export const findBys: { by: FindPatronsBy; name: string; hint: string; type: 'text' | 'number' }[] = [
  { by: 'card', name: '证号', hint: '完整的证号', type: 'text' },
  { by: 'name', name: '姓名', hint: '姓名的前两个字或全名', type: 'text' },
  { by: 'phone', name: '手机尾号', hint: '后四位或更多', type: 'number' },
];

export const lookReasons: { reason: LookReason; name: string }[] = [
  { reason: 'desk', name: '读者在场或来电' },
  { reason: 'case', name: '投诉或纠纷' },
  { reason: 'upkeep', name: '整理资料' },
];

export const patronWords = {
  group: '类别',
  noGroup: '没有类别',
  valid: '有效期',
  phone: '手机',
  nothing: '没有留',
  bound: '绑定的微信',
  unbound: '没有人绑定',
  unlock: '解锁密码',
  unlocked: '可以再试了',
  lost: '挂失',
  lostDone: '挂失了',
  edit: '改类别、有效期和状态',
  endBinding: '解除绑定',
  ended: '解除了',
  bans: '暂停',
  noBans: '没有暂停。',
  ban: '暂停使用',
  lift: '恢复',
  merge: '合并账号',
  lifted: '恢复了',
  from: '从哪天起',
  until: '到哪天为止',
  state: '状态',
  stops: '停什么',
  reason: '原因（读者会看到）',
  reasonHint: '例如 占座三次',
  ends: '到哪天为止',
  endsHint: '不选就是到馆员恢复为止',
  banSave: '暂停，并告诉读者',
  banSaved: '暂停了',
  saved: '已经生效',
  saveConsequence: '从下一次预约起按新的来',
};

export const patronStates = [
  { value: 'active', name: '有效' },
  { value: 'lost', name: '挂失' },
  { value: 'closed', name: '停用' },
];

export const banStops: { value: BanStops; name: string }[] = [
  { value: 'bookings', name: '预约' },
  { value: 'text', name: '咨询和提意见' },
  { value: 'both', name: '预约、咨询和提意见' },
];

export const patronSay = {
  locked: (time: string) => `密码试错太多，${time} 起可以再试`,
  boundSince: (name: string, time: string) => `${name}，${time} 绑定`,
  endTitle: '把这张证从读者的微信上解除？',
  endConsequences: ['读者会收到消息。', '再要绑定，需要密码或手机号。'],
  lostTitle: '挂失这张读者证？',
  lostConsequences: ['谁都不能再用它，也不能绑定它。', '主管可以在“改类别、有效期和状态”里恢复。'],
  ban: (until: string | null) => (until ? `到 ${until}` : '到馆员恢复为止'),
};

export const groupWords = {
  none: '还没有读者类别。',
  add: '加一个类别',
  name: '名称',
  nameHint: '例如 学生',
  code: '代号',
  codeHint: '例如 student',
  codeRange: '小写字母、数字、- 和 _，最多 20 个',
  save: '保存',
  saved: '存好了',
  consequence: '代号是导入名单时写的，定了就不改',
};
