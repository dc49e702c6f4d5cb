/** From this font scale on, two columns become one and labels stand above their values. */
const LARGE_FROM = 1.25;

export interface Look {
  /** The reader's font size against the usual one; page roots pass it on as `--scale`. */
  scale: number;
  /** The class `large` from the scale at which columns collapse, else nothing. */
  size: '' | 'large';
}

/** How large this reader wants to read: spread it into a page's data. */
export function look(): Look {
  const { fontSizeScaleFactor, fontSizeSetting } = wx.getAppBaseInfo() as {
    fontSizeScaleFactor?: number;
    fontSizeSetting?: number;
  };
  const wished = fontSizeScaleFactor ?? (fontSizeSetting ?? 17) / 17;
  const scale = Math.round(Math.min(1.7, Math.max(0.9, wished)) * 100) / 100;
  return { scale, size: scale >= LARGE_FROM ? 'large' : '' };
}
