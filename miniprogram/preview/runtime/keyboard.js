// The phone's keyboard, played for who wants to see what it covers: with a height it rises while a field is typed in.

import { h } from './dom.js';
import { emit } from './settings.js';

const RISES_S = 0.25;

/** In px; 0: the browser's own, if it has one, and the program hears of none. */
let height = Number(new URLSearchParams(location.search).get('keyboard')) || 0;
/** The field that is typed in. @type {any} */
let field = null;
/** @type {HTMLElement | null} */
let panel = null;

/** @param {number} px */
export function setKeyboard(px) {
  height = px;
  if (field) rise(field);
}

/** A field is typed in from now on. @param {any} component */
export function rise(component) {
  field = component;
  if (height > 0) draw(height);
  else panel?.remove();
  tell(component, height);
  lift(component);
}

/** @param {any} component */
export function sink(component) {
  if (field !== component) return;
  field = null;
  panel?.remove();
  panel = null;
  stage().style.transform = '';
  tell(component, 0);
}

export const keyboardHeight = () => height;

/** A tap beside a field with `hold-keyboard` leaves the keyboard where it is. */
export function holdKeyboard() {
  const hold = (event) => {
    const typing = event.target.closest?.('input, textarea');
    if (field?.data.holdKeyboard && !typing) event.preventDefault();
  };
  document.body.addEventListener('mousedown', hold);
}

const stage = () => /** @type {HTMLElement} */ (document.querySelector('.stage'));

function draw(px) {
  panel ??= h('div', { className: 'keyboard', ariaHidden: 'true' });
  panel.style.height = `${px}px`;
  document.querySelector('.phone').append(panel);
}

function tell(component, px) {
  if (height === 0 && px === 0) return;
  component.triggerEvent('keyboardheightchange', { height: px, duration: RISES_S });
  emit('keyboard', { height: px, duration: RISES_S });
}

/** WeChat pushes the whole page up until the field is free, unless `adjust-position` says that the page sees to it. */
function lift(component) {
  const { adjustPosition, cursorSpacing } = component.data;
  const { bottom } = component.$$.getBoundingClientRect();
  const covered = adjustPosition ? bottom + cursorSpacing - (innerHeight - height) : 0;
  stage().style.transform = height > 0 && covered > 0 ? `translateY(${-covered}px)` : '';
}
