import type { Scope } from '../api/types';

/** The page on who works here. */
export const staffListWords = {
  name: '姓名',
  since: '从什么时候起',
  find: '找一位同事',
  role: '身份',
  allRoles: '全部身份',
  byName: '按名字',
  bySince: '最近加入',
  none: '还没有同事。',
  invite: '邀请同事',
  unnamed: '没有名字',
  mine: '您自己',
  term: '改日期',
  take: '拿走',
  takeDo: '拿走这个身份',
  taken: '已经拿走',
};

export const staffListSay = {
  since: (time: string) => `${time}起`,
  given: (time: string, by: string | null) => (by ? `${time}，${by}给的` : `${time}，在服务器上给的`),
  takeTitle: (name: string, role: string) => `拿走${name}的“${role}”身份？`,
};

/** A role as it is held. */
export const grantSay = {
  from: (day: string) => `从 ${day}`,
  until: (day: string) => `至 ${day}`,
};

/** What follows from a role that is taken. */
export const takenWords = {
  phones: '对方的手机会重新登录，靠这个身份才能看的页面马上看不到了。',
  nothing: '对方手上没有要还回来的咨询和意见。',
  again: '以后可以再邀请对方。',
};

export const takenSay = {
  conversations: (count: number) => `${count} 个进行中的咨询将回到队列。`,
  feedback: (count: number) => `${count} 条处理中的意见将还给同事。`,
  invitations: (count: number) => `${count} 个还没人用的邀请码将失效。`,
  turns: (count: number) => `${count} 个值班将取消。`,
};

/** The page on how long somebody holds a role. */
export const termWords = {
  term: '从什么时候到什么时候',
  termRange: '结束要晚于开始，也要晚于现在',
  open: '不选就是一直有效。',
  save: '保存日期',
  consequence: '到期以后，对方手上的咨询和意见会还给同事',
};

/** The page that invites a colleague. */
export const inviteWords = {
  role: '给什么身份',
  scope: '管哪里',
  library: '全馆',
  scopeRange: '编辑和管理员管的是全馆',
  make: '生成邀请码',
  made: '邀请码已经生成',
  consequence: '邀请码只显示这一次，一个人用过就失效',
  code: '邀请码',
  copy: '复制',
  how: '发给同事。对方在“我的”页打开“我有邀请码”，粘贴进去。',
  another: '再邀请一位',
};

export const scopeKinds: Record<Scope, string> = {
  library: '全馆',
  branch: '分馆',
  area: '区域',
  department: '部门',
};

/** What a scope means for who holds a role there. */
export const scopeFacts: Record<Scope, string> = {
  library: '',
  branch: '座位码和预约规则只到这个分馆；看得到关于这里的咨询，和没有分给谁的咨询、意见。',
  area: '座位码和预约规则只到这个区域；看得到关于这里的咨询，和没有分给谁的咨询、意见。',
  department: '看得到分给这个部门的，和没有分给部门的咨询、意见；看不到座位码和预约规则。',
};

export const inviteSay = {
  until: (time: string) => `${time} 前有效`,
  scope: (kind: string, name: string) => `${kind} · ${name}`,
};
