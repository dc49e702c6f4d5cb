// What WeChat draws above the pages: toast, dialog, sheets. Each returns a promise of what the person chose.

import { h, lineIcon } from './dom.js';
import { openWheels } from './wheels.js';

/** A touch that opens a sheet still has a click to come, which would hit the fresh mask and close it. */
const GHOST_CLICK_MS = 80;
const LEAVE_MS = 200;

const layer = () => document.querySelector('.overlays');

/**
 * Shows a panel over a mask until `done` is called.
 * @template T
 * @param {{ kind: "dialog" | "sheet", label: string, onMask?: T }} options without `onMask`, a tap beside the panel does nothing
 * @param {(done: (result: T) => void) => (Node | null)[]} fill
 * @returns {Promise<T>}
 */
function present({ kind, label, ...rest }, fill) {
  return new Promise((resolve) => {
    const mask = h('div', { className: `mask ${kind}` });
    const done = (result) => {
      mask.classList.add('leaving');
      mask.inert = true;
      setTimeout(() => mask.remove(), LEAVE_MS);
      resolve(result);
    };
    const panel = h(
      'div',
      { className: 'panel', role: 'dialog', ariaModal: 'true', ariaLabel: label },
      ...fill(done),
    );
    mask.append(panel);
    if ('onMask' in rest) {
      setTimeout(
        () => mask.addEventListener('click', (event) => event.target === mask && done(rest.onMask)),
        GHOST_CLICK_MS,
      );
    }
    layer().append(mask);
    panel.querySelector('[autofocus]')?.focus();
  });
}

function press(text, className, onClick, more = {}) {
  return h('button', { className, on: { click: onClick }, ...more }, text);
}

let toastTimer;

/** What toasts have said so far, for tests: one is gone before a slow eye has looked. @type {string[]} */
export const toasted = [];

function toast({ title, icon = 'success', image, duration = 1500, mask = false }) {
  hideToast();
  toasted.push(title);
  const words = icon === 'none' && !image;
  const sign = { success: 'check', error: 'close' }[icon];
  layer().append(
    h(
      'div',
      { className: `toast ${words ? 'words' : 'square'} ${mask ? 'blocking' : ''}`, role: 'status' },
      h(
        'div',
        'toast-box',
        icon === 'loading' && h('i', 'spinner'),
        sign && lineIcon(sign),
        image && h('img', { src: image, alt: '' }),
        h('span', {}, title),
      ),
    ),
  );
  clearTimeout(toastTimer);
  if (duration > 0) toastTimer = setTimeout(hideToast, duration);
}

function hideToast() {
  for (const shown of layer().querySelectorAll('.toast')) shown.remove();
}

function modal({
  title = '',
  content = '',
  showCancel = true,
  cancelText = '取消',
  confirmText = '确定',
  confirmColor,
  cancelColor,
  editable,
  placeholderText = '',
}) {
  return present({ kind: 'dialog', label: title || content }, (done) => {
    const field =
      editable &&
      h('input', {
        className: 'dialog-field',
        placeholder: placeholderText,
        value: content,
        autofocus: true,
      });
    return [
      title && h('h2', 'dialog-title', title),
      editable ? field : content && h('p', `dialog-content ${title ? '' : 'alone'}`, content),
      h(
        'div',
        'dialog-buttons',
        showCancel &&
          press(cancelText, 'dialog-cancel', () => done({ confirm: false, cancel: true, content: null }), {
            style: cancelColor ? `color:${cancelColor}` : '',
          }),
        press(
          confirmText,
          'dialog-confirm',
          () => done({ confirm: true, cancel: false, content: editable ? field.value : null }),
          { style: confirmColor ? `color:${confirmColor}` : '' },
        ),
      ),
    ];
  });
}

/** @returns {Promise<number>} the item's index, or -1 */
function actionSheet({ itemList, itemColor, alertText }) {
  return present({ kind: 'sheet', label: alertText ?? '选择', onMask: -1 }, (done) => [
    alertText && h('p', 'sheet-alert', alertText),
    ...itemList.map((text, index) =>
      press(text, 'sheet-item', () => done(index), { style: itemColor ? `color:${itemColor}` : '' }),
    ),
    press('取消', 'sheet-item sheet-cancel', () => done(-1)),
  ]);
}

/** @returns {Promise<number[] | null>} the chosen index of each wheel */
function wheels({ title, columns, dependent }) {
  return present({ kind: 'sheet', label: title || '选择', onMask: null }, (done) => {
    const opened = openWheels({ columns, dependent });
    return [
      h(
        'div',
        'wheels-head',
        press('取消', 'wheels-cancel', () => done(null)),
        h('strong', {}, title ?? ''),
        press('确定', 'wheels-confirm', () => done(opened.chosen())),
      ),
      opened.element,
    ];
  });
}

/**
 * WeChat's question for service notifications.
 * @param {string} name of the mini-program
 * @param {{ id: string, title: string }[]} templates
 * @returns {Promise<{ choices: Record<string, "accept" | "reject">, keep: boolean }>}
 */
function consent(name, templates) {
  return present({ kind: 'sheet', label: '订阅消息' }, (done) => {
    const boxes = templates.map(() => h('input', { type: 'checkbox', checked: true }));
    const keep = h('input', { type: 'checkbox' });
    const answer = (allowed) => {
      const choices = templates.map(({ id }, i) => [id, allowed && boxes[i].checked ? 'accept' : 'reject']);
      done({ choices: Object.fromEntries(choices), keep: keep.checked });
    };
    return [
      h('div', 'consent-head', h('i', 'consent-seal', '问'), h('span', {}, name), h('small', {}, '申请')),
      h('h2', 'consent-title', '发送以下消息'),
      ...templates.map(({ title }, i) => h('label', 'consent-item', h('span', {}, title), boxes[i])),
      h('label', 'consent-keep', keep, '总是保持以上选择，不再询问'),
      h(
        'div',
        'consent-buttons',
        press('取消', 'consent-reject', () => answer(false)),
        press('允许', 'consent-accept', () => answer(true)),
      ),
    ];
  });
}

/** Stands for the camera: the code is typed or taken from the list. @param {string[]} known @returns {Promise<string | null>} */
function scan(known) {
  return present({ kind: 'sheet', label: '扫码', onMask: null }, (done) => {
    const field = h('input', {
      className: 'scan-field',
      placeholder: '输入码上的内容',
      ariaLabel: '码上的内容',
      autofocus: true,
    });
    const submit = (event) => {
      event.preventDefault();
      if (field.value.trim()) done(field.value.trim());
    };
    return [
      h('h2', 'scan-title', '扫码'),
      h('p', 'scan-note', '这里没有相机。输入码上的文字，就像扫到了它。'),
      h(
        'form',
        { className: 'scan-form', on: { submit } },
        field,
        h('button', { className: 'scan-done', type: 'submit' }, '扫到了'),
      ),
      ...known.map((code) => press(code, 'sheet-item scan-known', () => done(code))),
      press('取消', 'sheet-item sheet-cancel', () => done(null)),
    ];
  });
}

/** @param {string[]} urls @param {string} current */
function pictures(urls, current) {
  return present({ kind: 'dialog', label: '图片', onMask: null }, (done) => [
    h('img', {
      className: 'full-picture',
      src: current ?? urls[0],
      alt: '',
      on: { click: () => done(null) },
    }),
  ]);
}

/** A message to the whole screen that is gone with the next tap, such as a phone call. @param {string} title @param {string} text */
function notice(title, text) {
  return present({ kind: 'dialog', label: title, onMask: null }, (done) => [
    h('h2', 'dialog-title', title),
    h('p', 'dialog-content', text),
    h(
      'div',
      'dialog-buttons',
      press('好', 'dialog-confirm', () => done(null)),
    ),
  ]);
}

export const overlay = { toast, hideToast, modal, actionSheet, wheels, consent, scan, pictures, notice };
