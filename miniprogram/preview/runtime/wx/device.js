// What the program may learn of the phone and ask of it.

import { overlay } from '../overlays.js';
import { currentPage } from '../pages.js';
import { currentTheme, fontScale, forProgram, settings } from '../settings.js';
import { Refusal, calls } from './api.js';
import { authorised } from './privacy.js';

/** The base library whose behaviour the preview plays. */
const SDK_VERSION = '3.8.0';

function windowInfo() {
  const body = currentPage()?.body.getBoundingClientRect();
  const style = getComputedStyle(document.documentElement);
  const px = (name) => parseFloat(style.getPropertyValue(name)) || 0;
  const [top, bottom] = [px('--status'), innerHeight - px('--safe-bottom')];
  return {
    pixelRatio: devicePixelRatio,
    screenWidth: innerWidth,
    screenHeight: innerHeight,
    windowWidth: innerWidth,
    windowHeight: body?.height || innerHeight,
    statusBarHeight: top,
    screenTop: body?.top ?? 0,
    safeArea: { left: 0, right: innerWidth, top, bottom, width: innerWidth, height: bottom - top },
  };
}

const deviceInfo = () => ({
  brand: 'devtools',
  model: 'browser preview',
  system: 'iOS 18.0',
  platform: 'devtools',
  benchmarkLevel: -1,
  abi: '',
  memorySize: 4096,
});

const baseInfo = () => ({
  SDKVersion: SDK_VERSION,
  version: '8.0.50',
  language: 'zh_CN',
  theme: currentTheme(),
  enableDebug: false,
  fontSizeSetting: settings.fontSizePx,
  fontSizeScaleFactor: fontScale(),
  host: { env: 'WeChat' },
});

const systemSetting = () => ({
  bluetoothEnabled: true,
  locationEnabled: true,
  wifiEnabled: settings.online,
  deviceOrientation: 'portrait',
});

const authorizeSetting = () => ({
  albumAuthorized: 'authorized',
  bluetoothAuthorized: 'authorized',
  cameraAuthorized: 'authorized',
  locationAuthorized: 'authorized',
  locationReducedAccuracy: false,
  microphoneAuthorized: 'authorized',
  notificationAuthorized: 'authorized',
  phoneCalendarAuthorized: 'authorized',
});

function everything() {
  return { ...deviceInfo(), ...baseInfo(), ...windowInfo(), ...systemSetting() };
}

/** Where WeChat's capsule lies: pages with a navigation bar of their own keep clear of it. */
function capsule() {
  const box = currentPage()?.bar.querySelector('.capsule').getBoundingClientRect();
  const { top, right, bottom, left, width, height } = box ?? {
    top: 6,
    right: innerWidth - 7,
    bottom: 38,
    left: innerWidth - 94,
    width: 87,
    height: 32,
  };
  return { top, right, bottom, left, width, height };
}

/** What was scanned last, newest first. @type {string[]} */
let scanned = [];
const resizes = forProgram('resize');
const keyboard = forProgram('keyboard');
let clipboard = '';

export const device = {
  getWindowInfo: windowInfo,
  getDeviceInfo: deviceInfo,
  getAppBaseInfo: baseInfo,
  getSystemSetting: systemSetting,
  getAppAuthorizeSetting: authorizeSetting,
  getSystemInfoSync: everything,
  getMenuButtonBoundingClientRect: capsule,
  ...calls({
    getSystemInfo: everything,
    vibrateShort: () => {},
    vibrateLong: () => {},
    setKeepScreenOn: () => {},
    async setClipboardData({ data }) {
      await authorised('setClipboardData');
      clipboard = String(data);
      await navigator.clipboard?.writeText(clipboard).catch(() => {});
      overlay.toast({ title: '内容已复制', icon: 'none' });
    },
    async getClipboardData() {
      await authorised('getClipboardData');
      return { data: clipboard };
    },
    async makePhoneCall({ phoneNumber }) {
      await overlay.notice('拨打电话', phoneNumber);
    },
    async openLocation({ name, address, latitude, longitude }) {
      await overlay.notice(name ?? '地图', `${address ?? ''} ${latitude}, ${longitude}`.trim());
    },
    async addPhoneCalendar({ title }) {
      await overlay.notice('已添加到日历', title);
    },
    /** Text with a "?" is taken for a code of this mini-program: WeChat gives its page as `path`. */
    async scanCode() {
      const text = await overlay.scan(scanned);
      if (text === null) throw new Refusal('cancel');
      scanned = [text, ...scanned.filter((code) => code !== text)].slice(0, 5);
      return text.includes('?')
        ? { result: '', path: text, scanType: 'WX_CODE', charSet: 'utf-8', rawData: '' }
        : { result: text, path: '', scanType: 'QR_CODE', charSet: 'utf-8', rawData: '' };
    },
    checkIsOpenAccessibility: () => ({ open: false }),
  }),
  onWindowResize: resizes.on,
  offWindowResize: resizes.off,
  onKeyboardHeightChange: keyboard.on,
  offKeyboardHeightChange: keyboard.off,
};
