import { me } from './session';

const CHAT_TAB = 2;
const MESSAGES_TAB = 3;
const ME_TAB = 4;

/** What asks for a librarian at the desk; 0 for everybody else. */
let onDesk = 0;

function mark(index: number, count: number): void {
  const fail = () => undefined;
  if (count === 0) wx.removeTabBarBadge({ index, fail });
  else wx.setTabBarBadge({ index, text: count > 99 ? '99+' : String(count), fail });
}

/** Shows the counts on their tabs. WeChat only allows it on a tab page: each calls it when shown. */
export function showUnread(): void {
  const { unread, chat_unread } = me();
  mark(CHAT_TAB, chat_unread);
  mark(MESSAGES_TAB, unread);
  mark(ME_TAB, onDesk);
}

/** Shows on the tab with the way to the desk what waits there. */
export function showDeskCount(count: number): void {
  onDesk = count;
  mark(ME_TAB, count);
}
