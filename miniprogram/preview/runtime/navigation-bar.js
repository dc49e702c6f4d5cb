// The bar above a page: back or home, the title, and WeChat's own menu capsule.

import { h, lineIcon } from './dom.js';
import { goBack, isTabRoute, relaunch } from './pages.js';
import { tabBarConfig, windowConfig } from './theme.js';

/** Redraws the bar of one page. @param {import("./pages.js").OpenPage} page @param {number} depth how many pages are open up to this one */
export function showNavigationBar(page, depth) {
  const config = windowConfig(page);
  const custom = config.navigationStyle === 'custom';
  page.box.classList.toggle('custom-navigation', custom);
  page.bar.style.background = custom ? 'transparent' : (config.navigationBarBackgroundColor ?? '#ffffff');
  page.bar.style.color = config.navigationBarTextStyle === 'white' ? '#ffffff' : '#000000';
  page.box.style.background = config.backgroundColorContent ?? '';
  page.body.style.background = config.backgroundColor ?? '';
  page.bar.replaceChildren(
    h('div', 'navigation-row', ...(custom ? [] : [leading(page, depth), title(page)]), capsule()),
  );
}

function leading(page, depth) {
  if (depth > 1) {
    return h(
      'button',
      { className: 'navigation-leading', ariaLabel: '返回', on: { click: () => goBack(1) } },
      lineIcon('back'),
    );
  }
  const home = tabBarConfig()?.list[0]?.pagePath;
  if (page.homeHidden || isTabRoute(page.route) || !home) return null;
  return h(
    'button',
    { className: 'navigation-leading home', ariaLabel: '首页', on: { click: () => relaunch(home, {}) } },
    lineIcon('home'),
  );
}

function title(page) {
  return h('h1', 'navigation-title', page.barBusy && h('i', 'navigation-busy'), page.title);
}

/** WeChat draws it over every page; it belongs to the phone, so it does nothing here. */
function capsule() {
  return h(
    'div',
    { className: 'capsule', ariaHidden: 'true' },
    h('i', 'capsule-dots'),
    h('i', 'capsule-ring'),
  );
}
