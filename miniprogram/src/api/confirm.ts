/** Asks in WeChat's own dialogue; false when the person turns back. */
export function confirmed(question: {
  title: string;
  content: string;
  confirmText: string;
}): Promise<boolean> {
  return new Promise((resolve) => {
    wx.showModal({ ...question, success: ({ confirm }) => resolve(confirm), fail: () => resolve(false) });
  });
}
