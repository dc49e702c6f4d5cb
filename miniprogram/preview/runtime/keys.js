// The keyboard of a computer: wx.onKeyDown and wx.onKeyUp, which WeChat has there. As there, they are silent while the
// cursor is in a field, and before the first touch. Esc puts the cursor out of a field, as a phone puts its keyboard away.

import { emit, forProgram } from './settings.js';

let touched = false;
const down = forProgram('keydown');
const up = forProgram('keyup');

const inField = (element) => element?.matches('input, textarea, [contenteditable]') ?? false;

/** Starts hearing keys. */
export function startKeys() {
  addEventListener('pointerdown', () => (touched = true), { capture: true, once: true });
  addEventListener('keydown', (event) => tell('keydown', event));
  addEventListener('keyup', (event) => tell('keyup', event));
}

function tell(name, { key, code, altKey, shiftKey, timeStamp, target, isComposing }) {
  if (isComposing) return;
  if (inField(target)) {
    if (key === 'Escape' && name === 'keydown') target.blur();
    return;
  }
  if (touched) emit(name, { key, code, altKey, shiftKey, timeStamp });
}

export const keys = { onKeyDown: down.on, offKeyDown: down.off, onKeyUp: up.on, offKeyUp: up.off };
