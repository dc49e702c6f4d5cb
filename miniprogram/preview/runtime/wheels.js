// Wheels to choose from, as WeChat's pickers have them: each column snaps to one row in the middle.

import { h } from './dom.js';

const ROW_PX = 44;
const SETTLE_MS = 90;

/**
 * @param {{ columns: { items: string[], index: number }[], dependent?: (indexes: number[], turned: number) => { items: string[] }[] }} options
 *   `dependent` hears of each turn of a wheel and gives the columns anew (the days of a month)
 * @returns {{ element: HTMLElement, chosen: () => number[] }}
 */
export function openWheels({ columns, dependent }) {
  const indexes = columns.map(({ index }) => Math.max(0, index));
  const turned = (column, index) => {
    if (indexes[column] === index) return;
    indexes[column] = index;
    dependent?.(indexes, column).forEach(({ items }, i) => {
      indexes[i] = Math.min(indexes[i], items.length - 1);
      wheels[i].refill(items);
    });
  };
  const wheels = columns.map(({ items }, i) => wheel(items, indexes[i], (index) => turned(i, index)));
  return {
    element: h('div', 'wheels', h('i', 'wheels-window'), ...wheels.map(({ element }) => element)),
    chosen: () => wheels.map((each) => each.index()),
  };
}

function wheel(items, first, onSettle) {
  let count = items.length;
  let timer;
  /** Where a tap sent the wheel, until it is there. @type {number | null} */
  let goal = null;
  const rows = (texts) =>
    texts.map((text, i) =>
      h('div', { className: 'wheel-row', role: 'option', on: { click: () => turnTo(i) } }, text),
    );
  const element = h('div', { className: 'wheel', role: 'listbox', tabIndex: 0 }, ...rows(items));
  const turnTo = (index, behavior = 'smooth') => {
    goal = index;
    element.scrollTo({ top: index * ROW_PX, behavior });
  };
  const index = () => Math.min(count - 1, Math.max(0, goal ?? Math.round(element.scrollTop / ROW_PX)));
  const mark = () =>
    [...element.children].forEach((row, i) => row.setAttribute('aria-selected', String(i === index())));
  element.addEventListener('scroll', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      goal = null;
      mark();
      onSettle(index());
    }, SETTLE_MS);
  });
  for (const name of ['touchmove', 'wheel']) {
    element.addEventListener(name, () => (goal = null), { passive: true });
  }
  requestAnimationFrame(() => {
    turnTo(first, 'instant');
    mark();
  });
  return {
    element,
    index,
    /** Rows are added or taken off at the end only, so that a wheel still turning goes on to its goal. */
    refill(texts) {
      while (element.children.length > texts.length) element.lastElementChild.remove();
      element.append(...rows(texts).slice(element.children.length));
      texts.forEach((text, i) => (element.children[i].textContent = text));
      count = texts.length;
    },
  };
}
