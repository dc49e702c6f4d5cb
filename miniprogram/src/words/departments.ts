/** Where a reader says whom they ask. */
export const choiceWords = {
  title: '问哪个部门',
  unsure: '不确定，请帮我转',
  unsureAsks: '馆员看过以后，会转给能回答的部门。',
};

/** The staff's filter by department, and handing on. */
export const departmentWords = {
  filter: '部门',
  all: '全部',
  closed: '已停用',
  handOn: '转到别的部门',
  handOnHint: '对话都带过去，读者会看到转到了哪里。',
  none: '没有别的部门可以转。',
};

export const departmentSay = {
  handedOn: (name: string) => `已转到${name}`,
};

/** The administrators' pages. */
export const departmentListWords = {
  name: '部门',
  asks: '读者可以问什么',
  open: '接受咨询',
  closed: '已停用',
  none: '还没有部门。有了部门，读者提问时可以选一个。',
  add: '加一个部门',
};

export const departmentFormWords = {
  name: '名称',
  nameHint: '例如 参考咨询部',
  asks: '读者可以问什么',
  asksHint: '例如 查资料、找论文',
  place: '排在第几',
  placeRange: '0 到 999，小的在前',
  closed: '停用',
  closedMeaning: '读者不能再选它。它手上的咨询和意见都还在，还能接着回答，也能转走。',
  openMeaning: '读者提问和提意见时可以选它。',
  saved: '已保存',
};
