// Tags that hold others: views, texts, buttons, forms, links.

import { overlay } from '../overlays.js';
import { currentPage } from '../pages.js';
import { phoneNumber } from '../wx/account.js';
import { agree } from '../wx/privacy.js';

/** What a label or a tap on it may set off. */
const CONTROLS = 'wx-input, wx-textarea, wx-switch, wx-checkbox, wx-radio, wx-button, wx-picker';

/** @type {Record<string, import("./base.js").Tag>} */
export const plain = {
  view: {},
  'cover-view': {},
  text: {
    properties: {
      selectable: Boolean,
      userSelect: Boolean,
      space: String,
      decode: Boolean,
      overflow: String,
      maxLines: Number,
    },
    observers: {
      'selectable, userSelect'(selectable, userSelect) {
        this.$$.style.userSelect = selectable || userSelect ? 'text' : '';
      },
    },
  },
  'root-portal': { properties: { enable: { type: Boolean, value: true } } },

  button: {
    properties: {
      disabled: Boolean,
      loading: Boolean,
      plain: Boolean,
      type: { type: String, value: 'default' },
      size: { type: String, value: 'default' },
      formType: String,
      openType: String,
      hoverClass: { type: String, value: 'button-hover' },
      lang: String,
      sessionFrom: String,
      sendMessageTitle: String,
      sendMessagePath: String,
      sendMessageImg: String,
      appParameter: String,
      showMessageCard: Boolean,
      needShowEntrance: Boolean,
      entrancePath: String,
      activityType: null,
      phoneNumberNoQuotaToast: Boolean,
    },
    observers: {
      'disabled, loading, plain, type, size'(disabled, loading, isPlain, type, size) {
        Object.assign(this.$$.dataset, { type, size, plain: isPlain, loading });
        this.$$.toggleAttribute('disabled', disabled);
        this.$$.setAttribute('aria-disabled', String(disabled));
      },
    },
    lifetimes: {
      attached() {
        if (!this.$$.hasAttribute('role')) this.$$.setAttribute('role', 'button');
        this.addListener('tap', () => pressButton(this));
      },
    },
    methods: {
      activate() {
        pressButton(this);
      },
    },
  },

  label: {
    properties: { for: String },
    lifetimes: {
      attached() {
        this.addListener('tap', (event) => {
          if (event.target.$$?.closest?.(CONTROLS)) return;
          const control = this.data.for
            ? currentPage().scroller.querySelector(`[id$="--${CSS.escape(this.data.for)}"]`)
            : this.$$.querySelector(CONTROLS);
          control?.__wxElement.activate?.();
        });
      },
    },
  },

  form: {
    properties: { reportSubmit: Boolean, reportSubmitTimeout: Number },
    methods: {
      submit() {
        const fields = formFields(this.$$).map((field) => [field.data.name, fieldValue(field)]);
        this.triggerEvent('submit', { value: Object.fromEntries(fields), formId: '' });
      },
      reset() {
        for (const field of formFields(this.$$)) field.resetField?.();
        this.triggerEvent('reset', {});
      },
    },
  },

  navigator: {
    properties: {
      url: String,
      openType: { type: String, value: 'navigate' },
      delta: { type: Number, value: 1 },
      target: String,
      hoverClass: { type: String, value: 'navigator-hover' },
    },
    lifetimes: {
      attached() {
        this.$$.setAttribute('role', 'link');
        this.addListener('tap', () => follow(this.data));
      },
    },
  },

  'page-meta': {
    properties: {
      pageStyle: String,
      rootFontSize: String,
      rootBackgroundColor: String,
      backgroundColor: String,
      scrollTop: String,
      backgroundTextStyle: String,
      pageFontSize: String,
    },
    observers: {
      'pageStyle, pageFontSize'(style, fontSize) {
        const host = this.ownerShadowRoot.getHostNode().$$;
        host.style.cssText = style;
        if (fontSize && fontSize !== 'system') host.style.fontSize = fontSize;
      },
      rootFontSize(size) {
        if (size && size !== 'system') document.documentElement.style.fontSize = size;
      },
    },
  },
};

function pressButton(button) {
  const { disabled, formType, openType } = button.data;
  if (disabled) return;
  const form = button.$$.closest('wx-form')?.__wxElement;
  if (formType === 'submit') form?.submit();
  if (formType === 'reset') form?.reset();
  if (openType === 'agreePrivacyAuthorization') {
    agree(button.id);
    button.triggerEvent('agreeprivacyauthorization', {});
  } else if (openType === 'getPhoneNumber')
    void phoneNumber().then((detail) => button.triggerEvent('getphonenumber', detail));
  else if (openType) overlay.toast({ title: `这一步由微信完成（${openType}）`, icon: 'none' });
}

/** Tags and components in the form that have a name and a value. */
function formFields(form) {
  return [...form.querySelectorAll('*')]
    .map((element) => element.__wxElement)
    .filter((component) => component?.data?.name && (component.fieldValue || 'value' in component.data));
}

function fieldValue(field) {
  return field.fieldValue ? field.fieldValue() : field.data.value;
}

function follow({ url, openType, delta }) {
  const moves = {
    navigate: 'navigateTo',
    redirect: 'redirectTo',
    switchTab: 'switchTab',
    reLaunch: 'reLaunch',
  };
  if (openType === 'navigateBack') return globalThis.wx.navigateBack({ delta });
  const fail = ({ errMsg }) => console.error(errMsg);
  globalThis.wx[moves[openType]]({ url, fail });
}
