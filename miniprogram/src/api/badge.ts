import { me } from './session';

const MESSAGES_TAB = 2;

/** Shows the count of unread messages on its tab. WeChat only allows it on a tab page: each calls it when shown. */
export function showUnread(): void {
  const { unread } = me();
  const fail = () => undefined;
  if (unread === 0) wx.removeTabBarBadge({ index: MESSAGES_TAB, fail });
  else wx.setTabBarBadge({ index: MESSAGES_TAB, text: unread > 99 ? '99+' : String(unread), fail });
}
