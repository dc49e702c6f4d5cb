// Colours of bars and tabs: app.json's window, the page's own, and theme.json behind names that begin with "@".

import { currentTheme } from './settings.js';

let program;

/** @param {any} mini */
export function startTheme(mini) {
  program = mini;
}

/** A value of app.json; "@name" stands for the theme's. @param {any} value */
export function themed(value) {
  if (typeof value !== 'string' || !value.startsWith('@')) return value;
  return program.theme[currentTheme()]?.[value.slice(1)];
}

/** The window settings of a page, with what its code changed last. @param {{ config: any, barStyle: any }} page */
export function windowConfig({ config, barStyle }) {
  const merged = { ...program.app.window, ...config, ...barStyle };
  return Object.fromEntries(Object.entries(merged).map(([name, value]) => [name, themed(value)]));
}

export function tabBarConfig() {
  return program.app.tabBar;
}
