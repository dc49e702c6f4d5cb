// The privacy guide (隐私保护指引): agreed to, unless the address says `?privacy=ask`.

import { overlay } from '../overlays.js';
import { Refusal, calls } from './api.js';

let agreed = new URLSearchParams(location.search).get('privacy') !== 'ask';
/** WeChat keeps one, the last. @type {((resolve: (answer: any) => void, info: { referrer: string }) => void) | null} */
let listener = null;
/** Ids of the buttons that were tapped; only they count as agreement. @type {Set<string>} */
const tapped = new Set();

/** `<button open-type="agreePrivacyAuthorization">` was tapped. @param {string} id */
export function agree(id) {
  tapped.add(id);
  agreed = true;
}

/** Waits for agreement before a call that touches what is private; throws Refusal without. @param {string} referrer */
export async function authorised(referrer) {
  if (agreed) return;
  const yes = listener ? await askProgram(referrer) : await askPerson();
  if (!yes) throw new Refusal('privacy permission is not authorized', { errno: 104 });
}

function askProgram(referrer) {
  return new Promise((done) => {
    const resolve = ({ event, buttonId }) => {
      if (event === 'exposureAuthorization') return;
      if (event === 'agree' && !tapped.has(buttonId)) console.error(`no button ${buttonId} was tapped`);
      done(event === 'agree' && tapped.has(buttonId));
    };
    listener(resolve, { referrer });
  });
}

/** WeChat's own dialog, for a program that does not ask by itself. */
async function askPerson() {
  const { confirm } = await overlay.modal({
    title: '隐私保护指引',
    cancelText: '拒绝',
    confirmText: '同意',
  });
  agreed ||= confirm;
  return confirm;
}

export const privacy = {
  ...calls({
    getPrivacySetting: () => ({ needAuthorization: !agreed, privacyContractName: '《隐私保护指引》' }),
    requirePrivacyAuthorize: () => authorised('requirePrivacyAuthorize'),
    async openPrivacyContract() {
      await overlay.notice('隐私保护指引', '在微信里，这一页由微信展示。');
    },
  }),
  onNeedPrivacyAuthorization(heard) {
    listener = heard;
  },
};
