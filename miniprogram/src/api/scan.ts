/**
 * What the camera reads: the text of a code, or the page of a mini-program's own code; null when the person turns
 * back. The server finds the seat's code in either.
 */
export function scanned(): Promise<string | null> {
  return new Promise((resolve) => {
    wx.scanCode({
      success: ({ path, result }) => resolve(path || result),
      fail: () => resolve(null),
    });
  });
}
