// The page stack: what is open, in which order, and which lifetimes a move from page to page calls.

import { showNavigationBar } from './navigation-bar.js';
import { overlay } from './overlays.js';
import { followPull, watchPull } from './pull-down.js';
import { tellDesk } from './settings.js';
import { showTabBar } from './tab-bar.js';
import { windowConfig } from './theme.js';

/** WeChat opens no eleventh page. */
export const MAX_PAGES = 10;
const REACH_BOTTOM_PX = 50;
const SLIDE_MS = 240;

/**
 * @typedef {{ route: string, query: Record<string, string>, root: any, caller: any, box: HTMLElement, bar: HTMLElement,
 *   body: HTMLElement, scroller: HTMLElement, config: any, isTab: boolean, ready: boolean, title: string, barStyle: any,
 *   question?: string }} OpenPage
 */

/** @type {OpenPage[]} */
let stack = [];
/** Tab pages stay alive while another tab is shown. @type {Map<string, OpenPage>} */
const tabPages = new Map();
let program;
let createRoot;
let stage;

/** @param {any} mini @param {(route: string) => any} create @param {HTMLElement} where */
export function startPages(mini, create, where) {
  [program, createRoot, stage] = [mini, create, where];
  globalThis.getCurrentPages = () => stack.map((page) => page.caller);
}

/** @returns {OpenPage | undefined} */
export const currentPage = () => stack[stack.length - 1];

export const stackRoutes = () => stack.map((page) => page.route);

export const isTabRoute = (route) => Boolean(program.app.tabBar?.list.some((tab) => tab.pagePath === route));

/** Splits "/pages/a/b?x=1", relative to the current page when it has no leading slash. @param {string} url */
export function parseUrl(url) {
  const [pathname, search = ''] = url.split('?');
  const folder = currentPage()?.route.split('/').slice(0, -1) ?? [];
  const steps = pathname.startsWith('/') ? [] : folder;
  for (const step of pathname.split('/').filter(Boolean)) {
    if (step === '..') steps.pop();
    else if (step !== '.') steps.push(step);
  }
  const query = Object.fromEntries(
    search
      .split('&')
      .filter(Boolean)
      .map((pair) => pair.split(/=(.*)/s).slice(0, 2)),
  );
  return { route: steps.join('/'), query, known: program.pages.includes(steps.join('/')) };
}

/** @param {string} route @param {Record<string, string>} query @param {(caller: any) => void} [prepare] before onLoad */
export function push(route, query, prepare) {
  const below = currentPage();
  hide(below);
  const page = open(route, query, prepare);
  if (below) slide(page.box, 'page-in');
  show();
  return page;
}

/** @param {string} route @param {Record<string, string>} query */
export function replace(route, query) {
  close(stack.pop());
  open(route, query);
  show();
}

/** @param {number} delta */
export function pop(delta) {
  const leaving = stack.splice(Math.max(1, stack.length - delta));
  if (leaving.length === 0) return;
  const [top, ...between] = leaving.reverse();
  between.forEach((page) => close(page));
  show();
  close(top, true);
}

/** Back, as the person or the program wishes; a page with something unsaved has them asked first. @param {number} delta */
export async function goBack(delta) {
  const { question } = currentPage();
  if (!question || (await overlay.modal({ content: question })).confirm) pop(delta);
}

/** @param {string} route */
export function switchTab(route) {
  if (currentPage()?.route === route) return;
  hide(currentPage());
  while (stack.length > 1 || (stack.length === 1 && !stack[0].isTab)) close(stack.pop());
  if (stack[0]) stack[0].box.hidden = true;
  stack = [];
  const kept = tabPages.get(route);
  if (kept) stack.push(kept);
  else open(route, {});
  show();
}

/** @param {string} route @param {Record<string, string>} query */
export function relaunch(route, query) {
  const before = new Set([...stack, ...tabPages.values()]);
  stack = [];
  tabPages.clear();
  for (const page of [...before].reverse()) close(page);
  open(route, query);
  show();
}

/** Builds the page and calls onLoad. @returns {OpenPage} */
function open(route, query, prepare) {
  const page = {
    route,
    query,
    ready: false,
    isTab: isTabRoute(route),
    config: program.parts[route].json,
    barStyle: {},
  };
  page.title = windowConfig(page).navigationBarTitleText ?? '';
  page.box = element('section', 'page');
  page.box.dataset.route = route;
  page.box.classList.toggle('with-tabs', page.isTab);
  page.bar = element('header', 'navigation-bar');
  page.body = element('div', 'page-body');
  page.scroller = element('div', 'page-scroller');
  const place = document.createElement('span');
  page.scroller.append(place);
  page.body.append(page.scroller);
  page.box.append(page.bar, page.body);
  stage.append(page.box);
  stack.push(page);
  if (page.isTab) tabPages.set(route, page);
  showNavigationBar(page, stack.length);
  measure(page);
  page.root = createRoot(route);
  page.caller = page.root.get();
  Object.assign(page.caller, { route, __route__: route, options: query });
  prepare?.(page.caller);
  call(page, 'onLoad', query);
  page.root.attach(page.scroller, place);
  page.scroller.addEventListener('scroll', () => scrolled(page), { passive: true });
  watchPull(page, () => call(page, 'onPullDownRefresh'));
  return page;
}

function show() {
  const page = currentPage();
  for (const other of stack) other.box.hidden = other !== page;
  showNavigationBar(page, stack.length);
  showTabBar(page);
  measure(page);
  document.title = page.title;
  history.replaceState(null, '', `#/${addressOf(page)}`);
  tellDesk();
  showApp();
  if (page.ready) return;
  page.ready = true;
  requestAnimationFrame(() => stack.includes(page) && call(page, 'onReady'));
}

/** onShow of the page in front, also when the whole mini-program returns from the background. */
export function showApp() {
  const page = currentPage();
  if (!page) return;
  call(page, 'onShow');
  page.root.getComponent().triggerPageLifetime('show', []);
}

/** @param {OpenPage} [page] */
export function hide(page = currentPage()) {
  if (!page) return;
  call(page, 'onHide');
  page.root.getComponent().triggerPageLifetime('hide', []);
}

function close(page, animated = false) {
  call(page, 'onUnload');
  if (page.isTab) tabPages.delete(page.route);
  const remove = () => {
    page.root.release();
    page.box.remove();
  };
  if (!animated) return remove();
  page.box.hidden = false;
  page.box.inert = true;
  slide(page.box, 'page-out');
  setTimeout(remove, SLIDE_MS);
}

function slide(box, name) {
  box.classList.add(name);
  setTimeout(() => box.classList.remove(name), name === 'page-in' ? SLIDE_MS : SLIDE_MS + 50);
}

/** 100vh in a page's styles is the page's own height. */
function measure(page) {
  page.box.style.setProperty('--vh', `${page.body.clientHeight / 100}px`);
}

export function resized() {
  stack.forEach(measure);
  const page = currentPage();
  const size = { windowWidth: page.body.clientWidth, windowHeight: page.body.clientHeight };
  call(page, 'onResize', { size });
  page.root.getComponent().triggerPageLifetime('resize', [{ size }]);
  return { size };
}

/** Runs a handler of the page. What it throws is reported, and the move goes on, as in WeChat. @param {OpenPage} page @param {string} method */
export function call(page, method, ...args) {
  const handler = page.caller[method];
  if (typeof handler !== 'function') return;
  try {
    handler.apply(page.caller, args);
  } catch (error) {
    reportError(error);
  }
}

function scrolled(page) {
  const { scrollTop, clientHeight, scrollHeight } = page.scroller;
  call(page, 'onPageScroll', { scrollTop });
  const distance = page.config.onReachBottomDistance ?? REACH_BOTTOM_PX;
  const atBottom = scrollTop + clientHeight >= scrollHeight - distance;
  if (atBottom && !page.atBottom) call(page, 'onReachBottom');
  page.atBottom = atBottom;
}

/** Marks the page's own wish to be pulled, or lets it go. @param {boolean} refreshing */
export function setRefreshing(refreshing) {
  followPull(currentPage(), refreshing);
  if (refreshing) call(currentPage(), 'onPullDownRefresh');
}

function addressOf({ route, query }) {
  const search = Object.entries(query).map(([name, value]) => `${name}=${value ?? ''}`);
  return search.length ? `${route}?${search.join('&')}` : route;
}

function element(tag, className) {
  const node = document.createElement(tag);
  node.className = className;
  return node;
}
