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
  take: '拿走',
  takeDo: '拿走这个身份',
  taken: '已经拿走',
};

export const staffListSay = {
  since: (time: string) => `${time}起`,
  given: (time: string, by: string | null) => (by ? `${time}，${by}给的` : `${time}，在服务器上给的`),
  takeTitle: (name: string, role: string) => `拿走${name}的“${role}”身份？`,
};

/** What follows from a role that is taken. */
export const takenConsequences = [
  '对方的手机会重新登录，靠这个身份才能看的页面马上看不到了。',
  '如果因此不能再回答读者，手上的咨询和意见会还给同事。',
  '以后可以再邀请对方。',
];
export const takenAdminConsequence = '对方发出、还没人用的邀请码会失效。';
