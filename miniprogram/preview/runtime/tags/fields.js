// Tags one writes and chooses with. They keep a real field inside; its own events stop here and WeChat's come out instead.

import { h } from '../dom.js';
import { keyboardHeight, rise, sink } from '../keyboard.js';
import { scopedClasses } from './base.js';

const KEYBOARDS = { number: 'numeric', digit: 'decimal', idcard: 'text', tel: 'tel' };

const TEXT_PROPERTIES = {
  value: String,
  name: String,
  placeholder: String,
  placeholderStyle: String,
  placeholderClass: { type: String, value: '' },
  disabled: Boolean,
  maxlength: { type: Number, value: 140 },
  focus: Boolean,
  autoFocus: Boolean,
  cursor: { type: Number, value: -1 },
  cursorSpacing: Number,
  cursorColor: String,
  confirmType: { type: String, value: 'done' },
  confirmHold: Boolean,
  holdKeyboard: Boolean,
  selectionStart: { type: Number, value: -1 },
  selectionEnd: { type: Number, value: -1 },
  adjustPosition: { type: Boolean, value: true },
  fixed: Boolean,
  autoHeight: Boolean,
  showConfirmBar: Boolean,
  disableDefaultPadding: Boolean,
  alwaysEmbed: Boolean,
  type: { type: String, value: 'text' },
  password: Boolean,
  safePasswordCertPath: String,
  safePasswordLength: Number,
  safePasswordTimeStamp: Number,
  safePasswordNonce: String,
  safePasswordSalt: String,
  safePasswordCustomHash: String,
};

/** input and textarea differ in the element inside and in what Enter does. @param {"input" | "textarea"} tag @returns {import("./base.js").Tag} */
function textTag(tag) {
  return {
    leaf: true,
    properties: TEXT_PROPERTIES,
    lifetimes: {
      created() {
        this.field = h(tag, { className: 'text-field', rows: 1 });
        this.hint = h('div', { className: 'text-hint', ariaHidden: 'true' });
        this.$$.append(this.hint, this.field);
        hearField(this, tag);
      },
      attached() {
        if (this.data.focus || this.data.autoFocus) this.activate();
        this.fit();
      },
    },
    observers: {
      value(value) {
        if (this.field.value !== value) this.field.value = value;
        this.fit();
      },
      'type, password'(type, password) {
        if (tag === 'textarea') return;
        this.field.type = password || type === 'safe-password' ? 'password' : 'text';
        this.field.inputMode = KEYBOARDS[type] ?? 'text';
      },
      'disabled, maxlength, name, confirmType'(disabled, maxlength, name, confirmType) {
        this.field.disabled = disabled;
        this.field.maxLength = maxlength < 0 ? 524288 : maxlength;
        this.field.enterKeyHint = confirmType;
        this.field.name = name;
      },
      'placeholder, placeholderStyle, placeholderClass'(text, style, classes) {
        this.hint.textContent = text;
        this.hint.setAttribute('style', style);
        this.hint.className = ['text-hint', ...scopedClasses(this, classes)].join(' ');
        // for screen readers and tests; the hint drawn beside it carries the style
        this.field.setAttribute('aria-placeholder', text);
        if (!this.field.hasAttribute('aria-label')) this.field.placeholder = text;
      },
      ariaLabel(label) {
        if (label) this.field.setAttribute('aria-label', label);
      },
      focus(focus) {
        if (focus) this.activate();
        else if (document.activeElement === this.field) this.field.blur();
      },
    },
    methods: {
      activate() {
        setTimeout(() => this.field.focus());
      },
      fieldValue() {
        return this.field.value;
      },
      resetField() {
        this.setData({ value: '' });
        this.field.value = '';
        this.fit();
      },
      fit() {
        this.hint.hidden = this.field.value !== '';
        if (!this.data.autoHeight) return;
        this.$$.style.height = 'auto';
        this.field.style.height = 'auto';
        this.field.style.height = `${this.field.scrollHeight}px`;
      },
    },
  };
}

function hearField(component, tag) {
  const { field } = component;
  const listen = (name, handle) =>
    field.addEventListener(name, (event) => {
      event.stopPropagation();
      handle(event);
    });
  listen('input', () => {
    component.fit();
    component.data.value = field.value;
    component.triggerEvent('input', { value: field.value, cursor: field.selectionEnd, keyCode: 0 });
  });
  listen('change', () => {});
  listen('focus', () => {
    component.triggerEvent('focus', { value: field.value, height: keyboardHeight() });
    rise(component);
  });
  listen('blur', () => {
    sink(component);
    const detail = { value: field.value, cursor: field.selectionEnd ?? 0 };
    component.triggerEvent('blur', detail);
    component.triggerEvent('change', detail);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    const sends =
      tag === 'input' || (component.data.confirmType !== 'return' && component.data.confirmType !== 'done');
    if (!sends || event.shiftKey) return;
    event.preventDefault();
    component.triggerEvent('confirm', { value: field.value });
    if (!component.data.confirmHold && tag === 'input') field.blur();
  });
}

/** A control that is on or off: switch, checkbox, radio. @param {string} role @param {(control: any) => void} toggle @param {Record<string, any>} [properties] @returns {import("./base.js").Tag} */
function toggleTag(role, toggle, properties = {}) {
  return {
    properties: {
      checked: Boolean,
      disabled: Boolean,
      color: String,
      name: String,
      value: String,
      ...properties,
    },
    observers: {
      'checked, disabled, color'(checked, disabled, color) {
        this.$$.setAttribute('aria-checked', String(checked));
        this.$$.setAttribute('aria-disabled', String(disabled));
        this.$$.style.setProperty('--checked', color || '');
      },
    },
    lifetimes: {
      attached() {
        this.initially = this.data.checked;
        this.$$.setAttribute('role', role);
        this.addListener('tap', () => this.activate());
      },
    },
    methods: {
      activate() {
        if (!this.data.disabled) toggle(this);
      },
      resetField() {
        this.setData({ checked: this.initially });
      },
    },
  };
}

function groupOf(control, group) {
  return control.$$.closest(`wx-${group}`)?.__wxElement;
}

/** @param {string} control the tags it gathers @param {(values: string[]) => any} shape of its value @returns {import("./base.js").Tag} */
function groupTag(control, shape) {
  return {
    properties: { name: String },
    methods: {
      members() {
        return [...this.$$.querySelectorAll(control)].map((element) => element.__wxElement);
      },
      fieldValue() {
        return shape(
          this.members()
            .filter((member) => member.data.checked)
            .map((member) => member.data.value),
        );
      },
      resetField() {
        for (const member of this.members()) member.resetField();
      },
      changed() {
        this.triggerEvent('change', { value: this.fieldValue() });
      },
    },
  };
}

/** @type {Record<string, import("./base.js").Tag>} */
export const fields = {
  input: textTag('input'),
  textarea: textTag('textarea'),

  switch: (() => {
    const tag = toggleTag(
      'switch',
      (control) => {
        control.setData({ checked: !control.data.checked });
        control.triggerEvent('change', { value: control.data.checked });
      },
      { type: { type: String, value: 'switch' } },
    );
    tag.methods.fieldValue = function fieldValue() {
      return this.data.checked;
    };
    return tag;
  })(),

  checkbox: toggleTag('checkbox', (control) => {
    control.setData({ checked: !control.data.checked });
    groupOf(control, 'checkbox-group')?.changed();
  }),
  'checkbox-group': groupTag('wx-checkbox', (values) => values),

  radio: toggleTag('radio', (control) => {
    if (control.data.checked) return;
    const group = groupOf(control, 'radio-group');
    for (const other of group?.members() ?? []) other.setData({ checked: false });
    control.setData({ checked: true });
    group?.changed();
  }),
  'radio-group': groupTag('wx-radio', ([value]) => value ?? ''),

  slider: {
    leaf: true,
    properties: {
      min: Number,
      max: { type: Number, value: 100 },
      step: { type: Number, value: 1 },
      value: Number,
      disabled: Boolean,
      name: String,
      activeColor: String,
      backgroundColor: String,
      blockColor: String,
      blockSize: Number,
      showValue: Boolean,
    },
    lifetimes: {
      created() {
        this.field = h('input', { type: 'range' });
        this.shown = h('output', {});
        this.$$.append(this.field, this.shown);
        const hear = (name, out) =>
          this.field.addEventListener(name, (event) => {
            event.stopPropagation();
            this.shown.textContent = this.field.value;
            this.data.value = Number(this.field.value);
            this.triggerEvent(out, { value: Number(this.field.value) });
          });
        hear('input', 'changing');
        hear('change', 'change');
      },
    },
    observers: {
      'min, max, step, value, disabled, activeColor, showValue'(
        min,
        max,
        step,
        value,
        disabled,
        color,
        showValue,
      ) {
        Object.assign(this.field, { min, max, step, disabled });
        this.field.value = value;
        this.field.style.accentColor = color;
        this.shown.textContent = value;
        this.shown.hidden = !showValue;
      },
    },
  },
};
