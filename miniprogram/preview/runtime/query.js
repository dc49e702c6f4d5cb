// wx.createSelectorQuery, also as `this.createSelectorQuery()`: the engine's own knows no `node`, which a canvas needs.

import { pageTop } from './dom.js';
import { currentPage } from './pages.js';

const SHORT = {
  boundingClientRect: { id: true, dataset: true, rect: true, size: true },
  scrollOffset: { id: true, dataset: true, scrollOffset: true },
  node: { node: true },
  context: { context: true },
};

/** Selects in the page shown unless `.in(component)` says otherwise; answers after the next frame, like WeChat. */
export function createSelectorQuery() {
  let scope = null;
  const asked = [];
  const query = {
    in(component) {
      scope = component;
      return query;
    },
    select: (selector) => nodesRef(selector, false),
    selectAll: (selector) => nodesRef(selector, true),
    selectViewport: () => nodesRef(null, false),
    exec(callback) {
      const root = (scope ?? currentPage()?.caller)?._$;
      requestAnimationFrame(() => {
        const results = asked.map(({ selector, all, fields }) => answer(root, selector, all, fields));
        asked.forEach(({ each }, i) => each?.(results[i]));
        callback?.(results);
      });
      return query;
    },
  };
  const nodesRef = (selector, all) => {
    const ask = (fields, each) => {
      asked.push({ selector, all, fields, each });
      return query;
    };
    const shorthand = Object.entries(SHORT).map(([name, fields]) => [name, (each) => ask(fields, each)]);
    return { fields: ask, ...Object.fromEntries(shorthand) };
  };
  return query;
}

function answer(root, selector, all, fields) {
  if (!root) return all ? [] : null;
  if (selector === null) return describeViewport(fields);
  const shadow = root.getShadowRoot();
  // An element of a page that has left has nothing to be measured.
  const measured = (element) => (element?.$$ ? describe(element, fields) : null);
  if (all) return shadow.querySelectorAll(selector).map(measured).filter(Boolean);
  return measured(shadow.querySelector(selector));
}

function describe(element, fields) {
  const dom = element.$$;
  const box = dom.getBoundingClientRect();
  // A page that still slides in is already where it will be: WeChat moves it as a whole, unseen by its script.
  const slid = currentPage()?.body.getBoundingClientRect().left ?? 0;
  const result = {};
  if (fields.id) result.id = element.id;
  if (fields.dataset) result.dataset = element.dataset;
  if (fields.rect)
    Object.assign(result, {
      left: box.left - slid,
      right: box.right - slid,
      top: box.top - pageTop(),
      bottom: box.bottom - pageTop(),
    });
  if (fields.size) Object.assign(result, { width: box.width, height: box.height });
  if (fields.scrollOffset) Object.assign(result, scrollOf(dom));
  if (fields.node) result.node = dom.phoneNode ?? null;
  if (fields.context) result.context = dom.phoneContext ?? null;
  for (const name of fields.properties ?? []) result[name] = element.data?.[name];
  for (const name of fields.computedStyle ?? []) result[name] = getComputedStyle(dom).getPropertyValue(name);
  return result;
}

function describeViewport(fields) {
  const { body, scroller } = currentPage();
  const result = {};
  if (fields.rect)
    Object.assign(result, { left: 0, top: 0, right: body.clientWidth, bottom: body.clientHeight });
  if (fields.size) Object.assign(result, { width: body.clientWidth, height: body.clientHeight });
  if (fields.scrollOffset) Object.assign(result, scrollOf(scroller));
  return result;
}

function scrollOf({ scrollLeft, scrollTop, scrollWidth, scrollHeight }) {
  return { scrollLeft, scrollTop, scrollWidth, scrollHeight };
}
