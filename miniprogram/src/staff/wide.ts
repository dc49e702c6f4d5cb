/** From this width on, a list and what is chosen from it stand side by side; two-panes.wxss says the same. */
const WIDE_FROM_PX = 768;

export function isWide(): boolean {
  return wx.getWindowInfo().windowWidth >= WIDE_FROM_PX;
}
