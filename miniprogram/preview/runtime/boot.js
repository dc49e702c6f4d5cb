// Starts the phone: screen, engine, `wx`, then the mini-program itself, at the page the address names.

import { h, setPageTop } from './dom.js';
import { startEngine } from './engine.js';
import { holdKeyboard, setKeyboard } from './keyboard.js';
import { startKeys } from './keys.js';
import {
  currentPage,
  hide,
  parseUrl,
  push,
  relaunch,
  resized,
  showApp,
  stackRoutes,
  startPages,
} from './pages.js';
import {
  currentTheme,
  emit,
  fontScale,
  loadPersons,
  on,
  rememberInAddress,
  setOnline,
  setTheme,
  settings,
  tellDesk,
} from './settings.js';
import { showNavigationBar } from './navigation-bar.js';
import { toasted } from './overlays.js';
import { showTabBar, startTabBar } from './tab-bar.js';
import { startTheme } from './theme.js';
import { startTouches } from './touches.js';
import { update, visit } from './wx/account.js';
import { createWx } from './wx/index.js';
import { closeSocketsSoon, keepSockets } from './wx/network.js';
import { played } from './wx/sound.js';

const program = globalThis.miniProgram;
/** WeChat's number for a start from the list of mini-programs; `?scene=` gives another, 1014 for a notification. */
const SCENE_PLAIN = 1001;

async function boot() {
  await loadPersons();
  drawPhone();
  applyTheme();
  startTheme(program);
  startTouches();
  holdKeyboard();
  startKeys();
  globalThis.wx = createWx();
  visit();
  startApp();
  const { createRoot } = startEngine(program);
  startPages(program, createRoot, document.querySelector('.stage'));
  const launch = launchOptions();
  launched = launch;
  setPageTop(() => currentPage()?.body.getBoundingClientRect().top ?? 0);
  app.onLaunch?.(launch);
  app.onShow?.(launch);
  push(launch.path, launch.query);
  followTheWorld();
}

/** @type {any} the object given to App() */
let app = {};
/** @type {any} how it was started */
let launched;

function startApp() {
  globalThis.App = (definition) => {
    app = definition;
  };
  globalThis.getApp = () => app;
  program.loadApp();
}

function drawPhone() {
  const tabs = h('nav', { className: 'tab-bar', role: 'tablist' });
  document.body.append(h('main', 'phone', h('div', 'stage', tabs), h('div', 'overlays')));
  const params = new URLSearchParams(location.search);
  const onPhone = params.has('framed') && params.get('device') !== 'computer';
  document.documentElement.classList.toggle('framed', onPhone);
  startTabBar(tabs);
}

/** The page in the address, else the first. */
function launchOptions() {
  const scene = Number(new URLSearchParams(location.search).get('scene')) || SCENE_PLAIN;
  const { route, query, known } = addressed();
  if (known) return { path: route, query, scene, referrerInfo: {} };
  return { path: program.app.entryPagePath ?? program.pages[0], query: {}, scene, referrerInfo: {} };
}

const addressed = () => parseUrl(location.hash.slice(1));

function followTheWorld() {
  on('theme', () => {
    applyTheme();
    redrawBars();
  });
  addEventListener('hashchange', () => {
    const { route, query, known } = addressed();
    if (known) relaunch(route, query);
  });
  addEventListener('resize', () => emit('resize', resized()));
  addEventListener('error', (event) => emit('error', String(event.error?.stack ?? event.message)));
  addEventListener('unhandledrejection', (event) => {
    emit('unhandledRejection', { reason: event.reason, promise: event.promise });
    app.onUnhandledRejection?.({ reason: event.reason, promise: event.promise });
  });
  on('error', (message) => app.onError?.(message));
  on('theme', (change) => app.onThemeChange?.(change));
}

function applyTheme() {
  document.documentElement.dataset.theme = currentTheme();
}

function redrawBars() {
  const page = currentPage();
  showNavigationBar(page, stackRoutes().length);
  showTabBar(page);
}

/** WeChat leaves the mini-program 5 s in the background, then stops it: its sockets close. */
function toBackground() {
  if (!settings.visible) return;
  settings.visible = false;
  hide();
  app.onHide?.();
  emit('hide');
  closeSocketsSoon();
  tellDesk();
}

function toForeground() {
  if (settings.visible) return;
  settings.visible = true;
  visit();
  keepSockets();
  const options = launchOptions();
  app.onShow?.(options);
  emit('show', options);
  showApp();
  tellDesk();
}

/** Type size is chosen in WeChat's settings, so the mini-program learns of it when it comes back to the front. */
function chooseFontSize(px) {
  toBackground();
  settings.fontSizePx = px;
  rememberInAddress('font', px === 16 ? '' : String(px));
  toForeground();
}

/** For tests and for the desk around the frame. */
globalThis.__preview = {
  page: () => currentPage()?.route,
  stack: stackRoutes,
  launch: () => launched,
  offline: (offline) => setOnline(!offline),
  hide: toBackground,
  show: toForeground,
  theme: setTheme,
  fontSize: chooseFontSize,
  keyboard: setKeyboard,
  sounds: () => [...played],
  toasts: () => [...toasted],
  update,
  settings: () => ({ ...settings, theme: settings.theme, shown: currentTheme(), fontScale: fontScale() }),
};

boot();
