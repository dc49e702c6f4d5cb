import type { Span } from '../logic/span';

const KEY = 'last_span';

/** The hours that this phone's reader chose last, to be offered first next time. */
export function lastSpan(): Span | null {
  return (wx.getStorageSync(KEY) as Span | '') || null;
}

export function keepLastSpan(span: Span): void {
  wx.setStorageSync(KEY, span);
}
