import { common } from '../words/common';

/** Copies a text; WeChat says so itself. A reader who keeps the clipboard private is told the other way. */
export function copy(text: string): void {
  wx.setClipboardData({
    data: text,
    fail: () => void wx.showToast({ title: common.notCopied, icon: 'none' }),
  });
}
