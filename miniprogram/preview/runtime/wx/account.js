// Who is there and what they allow: sign-in, consent to notifications, and the mini-program's own lifetime.

import { handlingTap } from '../engine.js';
import { overlay } from '../overlays.js';
import { emit, forProgram, settings } from '../settings.js';
import { Refusal, call, calls } from './api.js';
import { authorised } from './privacy.js';

/** WeChat's list is 5 long today; clients before 8.0.38 took 3. */
const MAX_TEMPLATES = 3;

async function simulator(path, body) {
  const answer = await fetch(`/sim/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person: settings.person, ...body }),
  });
  const result = await answer.json().catch(() => ({}));
  if (answer.ok && !result.errCode) return result;
  throw new Refusal(result.errMsg?.replace(/^.*?fail\s*/, '') ?? `the simulator answered ${answer.status}`, {
    errCode: result.errCode,
  });
}

let updateReady = false;

/** WeChat has fetched a newer version, or could not. @param {"ready" | "failed"} outcome */
export function update(outcome) {
  updateReady = outcome === 'ready';
  emit(`update ${outcome}`);
}

/** The mini-program comes to the front: WeChat remembers it, since it judges only what recent visitors wrote. */
export function visit() {
  if (settings.person && settings.online) void simulator('visit', {}).catch(() => {});
}

async function login() {
  if (!settings.person) throw new Refusal('no simulated person: the server does not run in simulator mode');
  if (!settings.online) throw new Refusal('net::ERR_INTERNET_DISCONNECTED');
  const { code } = await simulator('login', {});
  return { code };
}

/** Must be called synchronously in a tap; the rest of the rules are the simulator's. */
function requestSubscribeMessage({ tmplIds }) {
  if (!handlingTap) throw new Refusal('can only be invoked by user TAP gesture');
  if (!tmplIds?.length) throw new Refusal("TmplIds can't be empty", { errCode: 10001 });
  if (tmplIds.length > MAX_TEMPLATES)
    throw new Refusal('Templates count out of max bounds', { errCode: 20003 });
  if (!settings.online) throw new Refusal('Request list fail', { errCode: 10002 });
  return askConsent(tmplIds);
}

async function askConsent(templates) {
  const asked = await simulator('subscribe/ask', { templates });
  if (!asked.popup) return asked.result;
  const shown = templates.map((id) => ({ id, title: asked.titles[id] ?? id }));
  const { choices, keep } = await overlay.consent(
    globalThis.miniProgram.app.window.navigationBarTitleText,
    shown,
  );
  const { result } = await simulator('subscribe', { choices, keep });
  return result;
}

/** What WeChat's button for the phone number tells its page: a code, or why there is none. */
export const phoneNumber = () =>
  call('getPhoneNumber', async () => {
    if (!settings.person) throw new Refusal('no simulated person: the server does not run in simulator mode');
    if (!settings.online) throw new Refusal('net::ERR_INTERNET_DISCONNECTED');
    await authorised('getPhoneNumber');
    const { confirm } = await overlay.modal({
      title: '申请使用您的手机号',
      content: '微信里的手机号，由微信验证过。',
      cancelText: '不允许',
      confirmText: '允许',
    });
    if (!confirm) throw new Refusal('user deny');
    const { code } = await simulator('phone_code', {});
    return { code };
  })().catch((refused) => refused);

const launch = () => globalThis.__preview.launch();

/** wx.onX and wx.offX. */
function pair(name, event) {
  const listeners = forProgram(event);
  return { [`on${name}`]: listeners.on, [`off${name}`]: listeners.off };
}

const quietLog = () => {
  const log =
    (name) =>
    (...values) =>
      console[name](...values);
  return {
    debug: log('debug'),
    info: log('info'),
    log: log('log'),
    warn: log('warn'),
    error: log('error'),
    setFilterMsg() {},
    addFilterMsg() {},
    in() {},
  };
};

export const account = {
  ...calls({
    login,
    checkSession: () => {
      if (!settings.person) throw new Refusal('session time out');
    },
    requestSubscribeMessage,
    getSetting: () => ({ authSetting: {}, subscriptionsSetting: { mainSwitch: true, itemSettings: {} } }),
    async openSetting() {
      if (!handlingTap) throw new Refusal('can only be invoked by user TAP gesture');
      await overlay.notice('设置', '订阅消息的开关在模拟手机 /sim 上。');
      return { authSetting: {} };
    },
  }),
  getAccountInfoSync: () => ({
    miniProgram: { appId: 'touristappid', envVersion: 'preview', version: '' },
    plugin: {},
  }),
  /** Never has an update by itself, the preview always shows the newest build: `__preview.update()` plays one. */
  getUpdateManager: () => ({
    onCheckForUpdate: (listener) => setTimeout(() => listener({ hasUpdate: false })),
    onUpdateReady: forProgram('update ready').on,
    onUpdateFailed: forProgram('update failed').on,
    applyUpdate() {
      if (!updateReady) throw new Error('applyUpdate:fail update is not ready');
      location.reload();
    },
  }),
  getLaunchOptionsSync: launch,
  getEnterOptionsSync: launch,
  getLogManager: quietLog,
  getRealtimeLogManager: quietLog,
  ...pair('ThemeChange', 'theme'),
  ...pair('AppShow', 'show'),
  ...pair('AppHide', 'hide'),
  ...pair('Error', 'error'),
  ...pair('UnhandledRejection', 'unhandledRejection'),
  ...pair('PageNotFound', 'pageNotFound'),
  onMemoryWarning: () => {},
  offMemoryWarning: () => {},
};
