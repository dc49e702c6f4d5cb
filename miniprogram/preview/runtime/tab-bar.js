// The tabs at the bottom: icon, word, badge or red dot; colours and icons follow the theme.

import { h } from './dom.js';
import { isTabRoute, switchTab, call, currentPage } from './pages.js';
import { tabBarConfig, themed } from './theme.js';

/** @type {HTMLElement} */
let bar;
/** What the program has put on each tab. @type {{ badge?: string, dot?: boolean }[]} */
const marks = [];
let hiddenByProgram = false;

/** @param {HTMLElement} element */
export function startTabBar(element) {
  bar = element;
}

/** @param {{ route: string } | undefined} page the page in front */
export function showTabBar(page) {
  const config = tabBarConfig();
  if (!config || !page) return;
  const hidden = hiddenByProgram || config.custom;
  document.documentElement.classList.toggle('without-tab-bar', Boolean(hidden));
  bar.hidden = hidden;
  bar.inert = !isTabRoute(page.route);
  if (!isTabRoute(page.route)) return;
  bar.style.background = themed(config.backgroundColor) ?? '#ffffff';
  bar.classList.toggle(
    'white-border',
    config.borderStyle === 'white' || themed(config.borderStyle) === 'white',
  );
  bar.replaceChildren(
    ...config.list.map((tab, index) => tabButton(config, tab, index, tab.pagePath === page.route)),
  );
}

function tabButton(config, tab, index, selected) {
  const icon = themed(selected ? (tab.selectedIconPath ?? tab.iconPath) : tab.iconPath);
  const { badge, dot } = marks[index] ?? {};
  return h(
    'button',
    {
      className: 'tab',
      role: 'tab',
      ariaSelected: String(selected),
      style: `color:${themed(selected ? config.selectedColor : config.color)}`,
      on: { click: () => choose(tab, index) },
    },
    h(
      'span',
      'tab-icon',
      icon && h('img', { src: `program/${icon.replace(/^\//, '')}`, alt: '' }),
      badge && h('b', 'tab-badge', badge),
      dot && h('b', 'tab-dot'),
    ),
    h('span', 'tab-word', tab.text),
  );
}

function choose(tab, index) {
  switchTab(tab.pagePath);
  call(currentPage(), 'onTabItemTap', { index: String(index), pagePath: tab.pagePath, text: tab.text });
}

/** @param {number} index @param {{ badge?: string, dot?: boolean }} mark an empty one takes it off */
export function markTab(index, mark) {
  if (!tabBarConfig()?.list[index]) throw new Error(`there is no tab ${index}`);
  marks[index] = mark;
  showTabBar(currentPage());
}

/** @param {boolean} hidden */
export function hideTabBar(hidden) {
  hiddenByProgram = hidden;
  showTabBar(currentPage());
}

/** @param {number} index @param {any} changes text, iconPath, selectedIconPath */
export function changeTab(index, changes) {
  Object.assign(tabBarConfig().list[index], changes);
  showTabBar(currentPage());
}
