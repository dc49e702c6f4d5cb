// Moves between pages. Refuse: an eleventh page, a tab page by navigateTo or redirectTo, a page that is no tab by switchTab, an unknown page.

import {
  MAX_PAGES,
  currentPage,
  goBack,
  isTabRoute,
  parseUrl,
  push,
  relaunch,
  replace,
  stackRoutes,
  switchTab,
} from '../pages.js';
import { emit } from '../settings.js';
import { Refusal, calls } from './api.js';

function target(url) {
  const parsed = parseUrl(url ?? '');
  if (parsed.known) return parsed;
  emit('pageNotFound', { path: parsed.route, query: parsed.query, isEntryPage: false });
  throw new Refusal(`page "${parsed.route}" is not found`);
}

/** Channel between the page that opens and the page opened. */
function eventChannel() {
  const heard = {};
  return {
    on: (name, listener) => (heard[name] ??= []).push({ listener }),
    once: (name, listener) => (heard[name] ??= []).push({ listener, once: true }),
    off: (name, listener) => {
      heard[name] = listener ? (heard[name] ?? []).filter((entry) => entry.listener !== listener) : [];
    },
    emit: (name, ...values) => {
      for (const entry of [...(heard[name] ?? [])]) {
        if (entry.once) heard[name].splice(heard[name].indexOf(entry), 1);
        entry.listener(...values);
      }
    },
  };
}

export const navigation = calls({
  navigateTo({ url, events }) {
    const { route, query } = target(url);
    if (isTabRoute(route)) throw new Refusal('can not navigateTo a tabbar page');
    if (stackRoutes().length >= MAX_PAGES) throw new Refusal(`webview count limit exceed ${MAX_PAGES}`);
    const channel = eventChannel();
    for (const [name, listener] of Object.entries(events ?? {})) channel.on(name, listener);
    push(route, query, (page) => {
      page.getOpenerEventChannel = () => channel;
    });
    return { eventChannel: channel };
  },
  redirectTo({ url }) {
    const { route, query } = target(url);
    if (isTabRoute(route)) throw new Refusal('can not redirectTo a tabbar page');
    replace(route, query);
  },
  navigateBack({ delta = 1 }) {
    if (stackRoutes().length <= 1) throw new Refusal('cannot navigate back at first page');
    void goBack(delta);
  },
  switchTab({ url }) {
    const { route, query } = target(url);
    if (!isTabRoute(route)) throw new Refusal('can not switch to no-tabBar page');
    if (Object.keys(query).length) throw new Refusal('url can not have a query string');
    switchTab(route);
  },
  reLaunch({ url }) {
    const { route, query } = target(url);
    relaunch(route, query);
    return { route: currentPage().route };
  },
  enableAlertBeforeUnload({ message }) {
    if (typeof message !== 'string') throw new Refusal('parameter error: message should be String');
    currentPage().question = message;
  },
  disableAlertBeforeUnload() {
    // A component that is removed with its page says so when another page is in front.
    if (currentPage()) delete currentPage().question;
  },
});
