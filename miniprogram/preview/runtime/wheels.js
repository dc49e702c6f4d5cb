// Wheels to choose from, as WeChat's pickers have them: each column snaps to one row in the middle.

import { h } from './dom.js';

const ROW_PX = 44;
const SETTLE_MS = 90;

/**
 * @param {{ columns: { items: string[], index: number }[], onColumn?: (column: number, index: number) => void,
 *   dependent?: (indexes: number[]) => { items: string[] }[] }} options `dependent` gives the columns anew after a change (days of a month)
 * @returns {{ element: HTMLElement, chosen: () => number[] }}
 */
export function openWheels({ columns, onColumn, dependent }) {
  const indexes = columns.map(({ index }) => Math.max(0, index));
  const wheels = columns.map(({ items }, column) =>
    wheel(items, indexes[column], (index) => {
      if (indexes[column] === index) return;
      indexes[column] = index;
      onColumn?.(column, index);
      if (dependent)
        dependent(indexes).forEach(({ items: now }, i) => {
          indexes[i] = Math.min(indexes[i], now.length - 1);
          wheels[i].refill(now, indexes[i]);
        });
    }),
  );
  return {
    element: h('div', 'wheels', h('i', 'wheels-window'), ...wheels.map(({ element }) => element)),
    chosen: () => wheels.map((each) => each.index()),
  };
}

function wheel(items, first, onSettle) {
  let count = items.length;
  let timer;
  const rows = (texts) =>
    texts.map((text, i) =>
      h('div', { className: 'wheel-row', role: 'option', on: { click: () => turnTo(i) } }, text),
    );
  const element = h('div', { className: 'wheel', role: 'listbox', tabIndex: 0 }, ...rows(items));
  const turnTo = (index, behavior = 'smooth') => element.scrollTo({ top: index * ROW_PX, behavior });
  const index = () => Math.min(count - 1, Math.max(0, Math.round(element.scrollTop / ROW_PX)));
  const mark = () =>
    [...element.children].forEach((row, i) => row.setAttribute('aria-selected', String(i === index())));
  element.addEventListener('scroll', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      mark();
      onSettle(index());
    }, SETTLE_MS);
  });
  requestAnimationFrame(() => {
    turnTo(first, 'instant');
    mark();
  });
  return {
    element,
    index,
    refill(texts, now) {
      if (texts.length === count) return;
      count = texts.length;
      element.replaceChildren(...rows(texts));
      turnTo(now, 'instant');
      mark();
    },
  };
}
