// What the program may change on the screen. Refuses: an action sheet of more than 6 items, toasts with an icon over 7 characters are cut.

import { createSelectorQuery } from '../query.js';
import { showNavigationBar } from '../navigation-bar.js';
import { overlay } from '../overlays.js';
import { currentPage, setRefreshing, stackRoutes } from '../pages.js';
import { changeTab, hideTabBar, markTab } from '../tab-bar.js';
import { Refusal, calls } from './api.js';

const SHEET_ITEMS = 6;
/** Beside an icon WeChat has room for 7 Chinese characters. */
const TOAST_CHARACTERS = 7;

function redrawBar(change) {
  const page = currentPage();
  change(page);
  showNavigationBar(page, stackRoutes().length);
  document.title = page.title;
}

function scrollPage({ scrollTop, selector, offsetTop = 0, duration = 300 }) {
  const { scroller, caller } = currentPage();
  let top = scrollTop;
  if (selector) {
    const element = caller._$.getShadowRoot().querySelector(selector)?.$$;
    if (!element) throw new Refusal(`no node "${selector}"`);
    top =
      scroller.scrollTop +
      element.getBoundingClientRect().top -
      scroller.getBoundingClientRect().top +
      offsetTop;
  }
  scroller.scrollTo({ top, behavior: duration > 0 ? 'smooth' : 'auto' });
}

function mark(index, value) {
  try {
    markTab(index, value);
  } catch (error) {
    throw new Refusal(error.message);
  }
}

export const ui = {
  ...calls({
    showToast(options) {
      const title = String(options.title ?? '');
      if (options.icon !== 'none' && title.length > TOAST_CHARACTERS)
        console.warn(`showToast: beside an icon WeChat cuts "${title}" after ${TOAST_CHARACTERS} characters`);
      overlay.toast(
        options.icon === 'none' ? options : { ...options, title: title.slice(0, TOAST_CHARACTERS) },
      );
    },
    hideToast: () => overlay.hideToast(),
    showLoading: ({ title, mask }) => overlay.toast({ title, icon: 'loading', duration: 0, mask }),
    hideLoading: () => overlay.hideToast(),
    showModal: (options) => overlay.modal(options),
    async showActionSheet(options) {
      if (options.itemList.length > SHEET_ITEMS)
        throw new Refusal('parameter error: itemList should not be large than 6');
      const tapIndex = await overlay.actionSheet(options);
      if (tapIndex < 0) throw new Refusal('cancel');
      return { tapIndex };
    },
    previewImage: ({ urls, current }) => void overlay.pictures(urls, current),
    hideKeyboard: () => document.activeElement?.blur(),
    pageScrollTo: scrollPage,
    startPullDownRefresh: () => setRefreshing(true),
    stopPullDownRefresh: () => setRefreshing(false),
    setNavigationBarTitle: ({ title }) => redrawBar((page) => (page.title = title)),
    setNavigationBarColor: ({ frontColor, backgroundColor }) =>
      redrawBar((page) => {
        page.barStyle.navigationBarTextStyle = frontColor === '#ffffff' ? 'white' : 'black';
        page.barStyle.navigationBarBackgroundColor = backgroundColor;
      }),
    showNavigationBarLoading: () => redrawBar((page) => (page.barBusy = true)),
    hideNavigationBarLoading: () => redrawBar((page) => (page.barBusy = false)),
    hideHomeButton: () => redrawBar((page) => (page.homeHidden = true)),
    setBackgroundColor: ({ backgroundColor }) =>
      redrawBar((page) => (page.barStyle.backgroundColor = backgroundColor)),
    setBackgroundTextStyle: () => {},
    setTabBarBadge: ({ index, text }) => mark(index, { badge: text.length > 4 ? '…' : text }),
    removeTabBarBadge: ({ index }) => mark(index, {}),
    showTabBarRedDot: ({ index }) => mark(index, { dot: true }),
    hideTabBarRedDot: ({ index }) => mark(index, {}),
    setTabBarItem: ({ index, ...changes }) => changeTab(index, changes),
    showTabBar: () => hideTabBar(false),
    hideTabBar: () => hideTabBar(true),
  }),
  nextTick: (callback) => Promise.resolve().then(callback),
  createSelectorQuery,
  createIntersectionObserver: (component, options) => component.createIntersectionObserver(options),
  createMediaQueryObserver: () => currentPage().caller.createMediaQueryObserver(),
};
