// What the holder of this phone has chosen: who they are, theme, type size, network, and whether WeChat is in front.

/** Type sizes of Android's steps in px, with the factor WeChat reports for each; 22 is care mode (关怀模式). */
export const FONT_STEPS = new Map([
  [16, 1],
  [18, 1.125],
  [22, 1.4],
  [25, 1.55],
  [26, 1.65],
]);

const params = new URLSearchParams(location.search);
const systemDark = matchMedia('(prefers-color-scheme: dark)');

export const settings = {
  /** Handle of the simulated person; "" when there is no simulator. */
  person: params.get('person') ?? '',
  /** @type {"light" | "dark" | "auto"} */
  theme: params.get('theme') ?? 'auto',
  fontSizePx: Number(params.get('font')) || 16,
  online: true,
  /** False while the mini-program is in the background. */
  visible: true,
};

/** The simulated persons of the server, or none in production. @type {{ handle: string, name: string }[]} */
export let persons = [];

/** Asks the server who can hold this phone; in simulator mode a tab without `?person=` becomes the first of them. */
export async function loadPersons() {
  const answer = await fetch('/sim/api/persons').catch(() => null);
  if (!answer?.ok) return;
  const body = await answer.json().catch(() => null);
  persons = Array.isArray(body) ? body : (body?.persons ?? []);
  if (!settings.person && persons.length > 0) settings.person = persons[0].handle;
  rememberInAddress('person', settings.person);
}

/** @returns {"light" | "dark"} */
export function currentTheme() {
  if (settings.theme === 'light' || settings.theme === 'dark') return settings.theme;
  return systemDark.matches ? 'dark' : 'light';
}

export function fontScale() {
  return FONT_STEPS.get(settings.fontSizePx) ?? settings.fontSizePx / 16;
}

/** @type {Record<string, Set<Function>>} */
const listeners = {};

/** Names: theme, network, show, hide, error, unhandledRejection, pageNotFound, resize, keyboard, keydown, keyup. @param {string} name @param {Function} listener */
export function on(name, listener) {
  (listeners[name] ??= new Set()).add(listener);
}

/** wx.onX and wx.offX of one event; off without a listener takes all of the program's away, and none of the runtime's. @param {string} name */
export function forProgram(name) {
  const key = `program ${name}`;
  return {
    on: (listener) => on(key, listener),
    off: (listener) => (listener ? listeners[key]?.delete(listener) : listeners[key]?.clear()),
  };
}

/** The runtime hears an event first, then the program. @param {string} name @param {unknown} [detail] */
export function emit(name, detail) {
  for (const listener of [...(listeners[name] ?? []), ...(listeners[`program ${name}`] ?? [])])
    listener(detail);
}

/** @param {"light" | "dark" | "auto"} theme */
export function setTheme(theme) {
  const before = currentTheme();
  settings.theme = theme;
  rememberInAddress('theme', theme === 'auto' ? '' : theme);
  if (currentTheme() !== before) emit('theme', { theme: currentTheme() });
  tellDesk();
}

/** @param {boolean} online */
export function setOnline(online) {
  if (settings.online === online) return;
  settings.online = online;
  tellDesk();
  emit('network', { isConnected: online, networkType: networkType() });
}

export function networkType() {
  return settings.online ? 'wifi' : 'none';
}

/** Lets the desk around the frame draw what is so now; without a frame nobody listens. */
export function tellDesk() {
  if (window.parent === window) return;
  const shown = { ...settings, shown: currentTheme() };
  window.parent.postMessage(
    { phoneAt: location.href, title: document.title, settings: shown, persons },
    location.origin,
  );
}

/** Keeps a choice over a reload. @param {string} name @param {string} value "" takes it out */
export function rememberInAddress(name, value) {
  const url = new URL(location.href);
  if (value) url.searchParams.set(name, value);
  else url.searchParams.delete(name);
  if (url.href !== location.href) history.replaceState(null, '', url);
  tellDesk();
}

systemDark.addEventListener('change', () => {
  if (settings.theme === 'auto') emit('theme', { theme: currentTheme() });
});
