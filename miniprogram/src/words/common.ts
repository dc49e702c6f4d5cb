/** The client's own words that every page may need, and those for when no server answers. */
export const common = {
  offline: '现在连不上网络。什么都没有丢，连上以后再试一次。',
  offlineBanner: '没有网络，看到的可能不是最新的。',
  loginFailed: '微信这会儿没有让您登录，过一会儿再试一次。',
  ourFault: '我们这边出了点问题，您的内容还在。过一会儿再试一次。',
  notDone: '没有办成',
  understood: '知道了',
  notCopied: '没有复制上，请长按文字来选。',
  requestId: '编号 ',
  tryAgain: '再试一次',
  loading: '正在取来',
  cancel: '取消',
  close: '关上',
  open: '开放中',
  closed: '闭馆中',
};
