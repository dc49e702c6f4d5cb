type Answer = { event: 'exposureAuthorization' | 'disagree' } | { event: 'agree'; buttonId: string };
type Resolve = (answer: Answer) => void;

/** The calls of WeChat that wait for the person's word. */
let waiting: Resolve[] = [];
let sheet: (() => void) | null = null;

/**
 * Follows WeChat, which asks before the first call that touches what is private; called once, when the app starts.
 * A WeChat that does not know of it asks by itself. Where no sheet is at hand the answer is no, and asked for next time.
 */
export function followPrivacy(): void {
  wx.onNeedPrivacyAuthorization?.(((resolve: Resolve) => {
    waiting.push(resolve);
    if (!sheet) {
      answerPrivacy(null);
      return;
    }
    resolve({ event: 'exposureAuthorization' });
    sheet();
  }) as never);
}

/** The page in front shows its sheet whenever the person is asked, until the returned function is called. */
export function onPrivacyAsked(show: () => void): () => void {
  sheet = show;
  return () => {
    if (sheet === show) sheet = null;
  };
}

/** Lets what waits go on, by the button that was tapped, or refuses it with null. */
export function answerPrivacy(buttonId: string | null): void {
  const answer: Answer = buttonId === null ? { event: 'disagree' } : { event: 'agree', buttonId };
  const asked = waiting;
  waiting = [];
  asked.forEach((resolve) => resolve(answer));
}
