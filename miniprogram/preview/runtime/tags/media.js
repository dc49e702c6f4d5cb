// Tags that draw: pictures, icons, canvas, rich text, progress.

import { h } from '../dom.js';

const FIT = {
  scaleToFill: 'fill',
  aspectFit: 'contain',
  aspectFill: 'cover',
  widthFix: 'fill',
  heightFix: 'fill',
};
const ICONS = {
  success: ['#07c160', 'm7 12.5 3.5 3.5L17 9'],
  success_no_circle: ['#07c160', 'm5 12.5 4.5 4.5L19 7.5'],
  info: ['#10aeff', 'M12 11v6M12 7.5v.5'],
  warn: ['#f76260', 'M12 7v6M12 16v.5'],
  waiting: ['#10aeff', 'M12 7v5.5l3.5 2'],
  cancel: ['#f43530', 'm8.5 8.5 7 7m0-7-7 7'],
  clear: ['#b2b2b2', 'm8.5 8.5 7 7m0-7-7 7'],
  search: ['#b2b2b2', 'M10.5 5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Zm4 9.5L19 19'],
  download: ['#07c160', 'M12 7v8m-3.5-3 3.5 3.5 3.5-3.5'],
};
const BARE_ICONS = new Set(['success_no_circle', 'search']);

/** Where a picture of the program lies in the built preview. A relative path counts from the file that names it. @param {any} component @param {string} src */
export function assetUrl(component, src) {
  if (!src || /^(https?:|data:|blob:)/.test(src)) return src;
  if (src.startsWith('/api/')) return src;
  if (src.startsWith('/')) return `program${src}`;
  const folder = (component.ownerShadowRoot?.getHostNode().is ?? '').split('/').slice(0, -1).join('/');
  return new URL(src, `http://program/${folder}/`).href.replace('http://', '');
}

/** @type {Record<string, import("./base.js").Tag>} */
export const media = {
  image: {
    leaf: true,
    properties: {
      src: String,
      mode: { type: String, value: 'scaleToFill' },
      lazyLoad: Boolean,
      webp: Boolean,
      showMenuByLongpress: Boolean,
      binderror: null,
      fadeIn: Boolean,
    },
    lifetimes: {
      created() {
        this.picture = h('img', { alt: '', draggable: false });
        this.$$.append(this.picture);
        this.picture.addEventListener('load', () => {
          this.triggerEvent('load', { width: this.picture.naturalWidth, height: this.picture.naturalHeight });
        });
        this.picture.addEventListener('error', () =>
          this.triggerEvent('error', { errMsg: `GET ${this.data.src} failed` }),
        );
      },
    },
    observers: {
      'src, lazyLoad'(src, lazyLoad) {
        this.picture.loading = lazyLoad ? 'lazy' : 'eager';
        this.picture.hidden = !src;
        if (src) this.picture.src = assetUrl(this, src);
      },
      mode(mode) {
        this.$$.dataset.mode = mode;
        this.picture.style.objectFit = FIT[mode] ?? 'none';
        this.picture.style.objectPosition = FIT[mode] ? '' : mode;
      },
      ariaLabel(label) {
        this.picture.alt = label ?? '';
      },
    },
  },

  icon: {
    leaf: true,
    properties: { type: String, size: { type: null, value: 23 }, color: String },
    observers: {
      'type, size, color'(type, size, color) {
        const [usual, path] = ICONS[type] ?? ICONS.info;
        const bare = BARE_ICONS.has(type);
        const length = /^\d+$/.test(String(size)) ? `${size}px` : size;
        this.$$.innerHTML = `<svg viewBox="0 0 24 24" style="width:${length};height:${length};color:${color || usual}">
          ${bare ? '' : '<circle cx="12" cy="12" r="10" fill="currentColor"/>'}
          <path d="${path}" fill="none" stroke="${bare ? 'currentColor' : '#fff'}" stroke-width="1.8" stroke-linecap="round"/></svg>`;
      },
    },
  },

  canvas: {
    leaf: true,
    properties: { type: String, canvasId: String, disableScroll: Boolean },
    lifetimes: {
      created() {
        const canvas = h('canvas', {});
        this.$$.append(canvas);
        this.$$.phoneNode = Object.assign(canvas, {
          createImage: () => new Image(),
          createPath2D: (path) => new Path2D(path),
          requestAnimationFrame: (draw) => requestAnimationFrame(draw),
          cancelAnimationFrame: (id) => cancelAnimationFrame(id),
        });
      },
      attached() {
        if (this.data.type !== '2d')
          console.error('<canvas> needs type="2d": WeChat no longer maintains the older interface');
      },
    },
    observers: {
      disableScroll(disabled) {
        this.$$.style.touchAction = disabled ? 'none' : '';
      },
    },
  },

  'rich-text': {
    leaf: true,
    properties: { nodes: null, space: String, userSelect: Boolean },
    observers: {
      nodes(nodes) {
        const parsed = typeof nodes === 'string' ? parseHtml(nodes) : (nodes ?? []).map(toDom);
        this.$$.replaceChildren(...parsed);
      },
    },
  },

  progress: {
    leaf: true,
    properties: {
      percent: Number,
      strokeWidth: { type: null, value: 6 },
      activeColor: { type: String, value: '#09bb07' },
      backgroundColor: String,
      borderRadius: null,
      showInfo: Boolean,
      active: Boolean,
    },
    observers: {
      'percent, strokeWidth, activeColor, backgroundColor, showInfo'(
        percent,
        width,
        color,
        background,
        showInfo,
      ) {
        const bar = h('span', { style: `width:${percent}%;background:${color}` });
        this.$$.replaceChildren(
          h(
            'span',
            { className: 'track', style: `height:${parseInt(width, 10)}px;background:${background}` },
            bar,
          ),
          showInfo ? ` ${percent}%` : '',
        );
      },
    },
  },
};

/** WeChat shows a fixed list of tags and drops scripts, forms and handlers. */
function parseHtml(html) {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const element of body.querySelectorAll(
    'script, style, iframe, object, embed, form, input, link, meta',
  ))
    element.remove();
  for (const element of body.querySelectorAll('*')) {
    for (const { name } of [...element.attributes]) if (/^on/i.test(name)) element.removeAttribute(name);
    element.removeAttribute('href');
  }
  return [...body.childNodes];
}

function toDom(node) {
  if (node.type === 'text') return document.createTextNode(node.text);
  const element = parseHtml(`<${node.name}></${node.name}>`)[0] ?? document.createElement('span');
  for (const name of ['class', 'style', 'src', 'alt', 'width', 'height', 'colspan', 'rowspan']) {
    if (node.attrs?.[name] !== undefined) element.setAttribute(name, node.attrs[name]);
  }
  element.append(...(node.children ?? []).map(toDom));
  return element;
}
