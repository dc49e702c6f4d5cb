import { me } from './session';
import type { ReminderPurpose } from './types';

/** Old clients of WeChat refuse more templates in one question. */
const MOST_AT_ONCE = 3;

export type Consent = Partial<Record<ReminderPurpose, string>>;

/**
 * Asks whether WeChat may deliver these reminders. It must be called synchronously in a tap handler, before any
 * await: WeChat refuses it anywhere else. Never raises: what is not agreed to is simply not in the answer as
 * 'accept', and the inbox carries the same news.
 */
export function askReminders(purposes: ReminderPurpose[]): Promise<Consent> {
  const wanted = me()
    .reminders.filter(({ purpose }) => purposes.includes(purpose))
    .slice(0, MOST_AT_ONCE);
  const tmplIds = wanted.map(({ template_id }) => template_id).filter(Boolean);
  if (tmplIds.length === 0) return Promise.resolve({});
  return new Promise((resolve) => {
    wx.requestSubscribeMessage({
      tmplIds,
      success: (result) => {
        const said = result as unknown as Record<string, string>;
        resolve(
          Object.fromEntries(wanted.map(({ purpose, template_id }) => [purpose, said[template_id] ?? ''])),
        );
      },
      fail: () => resolve({}),
    });
  });
}
