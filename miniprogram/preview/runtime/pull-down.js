// Pull-down refresh: a page that enables it can be dragged down at its top; three dots show while it refreshes.

import { h } from './dom.js';

const PULLED_PX = 60;
const FURTHEST_PX = 110;

/** @param {any} page @param {() => void} refresh called once the page was pulled far enough and let go */
export function watchPull(page, refresh) {
  if (!page.config.enablePullDownRefresh) return;
  page.dots = h('div', { className: 'pull-dots', ariaHidden: 'true' }, h('i'), h('i'), h('i'));
  page.body.prepend(page.dots);
  let from = null;
  let distance = 0;
  const start = (event) => {
    const free =
      page.scroller.scrollTop <= 0 && !event.target.closest('wx-canvas, wx-scroll-view, wx-slider');
    from = free && !page.refreshing ? event.touches[0].clientY : null;
    distance = 0;
  };
  const move = (event) => {
    if (from === null || event.touches.length > 1) return;
    distance = Math.min(FURTHEST_PX, Math.max(0, (event.touches[0].clientY - from) / 2));
    if (distance > 0 && event.cancelable) event.preventDefault();
    shift(page, distance);
  };
  const end = () => {
    if (from === null) return;
    from = null;
    if (distance < PULLED_PX) return shift(page, 0);
    followPull(page, true);
    refresh();
  };
  page.scroller.addEventListener('touchstart', start, { passive: true });
  page.scroller.addEventListener('touchmove', move, { passive: false });
  page.scroller.addEventListener('touchend', end);
  page.scroller.addEventListener('touchcancel', end);
}

/** Holds the page down while it refreshes, or lets it go. @param {any} page @param {boolean} refreshing */
export function followPull(page, refreshing) {
  if (!page?.dots) return;
  page.refreshing = refreshing;
  page.dots.classList.toggle('running', refreshing);
  shift(page, refreshing ? PULLED_PX : 0);
}

function shift(page, px) {
  page.scroller.style.transform = px ? `translateY(${px}px)` : '';
}
