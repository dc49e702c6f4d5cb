// What the runtime shares about the DOM: where the page begins, elements, icons.

/** The top edge of the page shown; WeChat's coordinates begin there, below the navigation bar. */
export let pageTop = () => 0;

/** @param {() => number} measure */
export function setPageTop(measure) {
  pageTop = measure;
}

/**
 * @param {string} tag
 * @param {string | Record<string, any>} [attributes] a class name, or properties; `on` holds listeners, `style` an inline style
 * @param {...(Node | string | null | false | undefined)} children
 */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  const { on, style, dataset, ...rest } =
    typeof attributes === 'string' ? { className: attributes } : attributes;
  for (const [name, value] of Object.entries(rest)) {
    if (name in node) node[name] = value;
    else if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  if (style) node.style.cssText = style;
  Object.assign(node.dataset, dataset);
  for (const [name, listener] of Object.entries(on ?? {})) node.addEventListener(name, listener);
  node.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return node;
}

const PATHS = {
  back: 'M15 4 7 12l8 8',
  home: 'M3.5 11.5 12 4l8.5 7.5M6 10v9.5h12V10',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6 6 18',
};

/** A line icon on a 24 grid. @param {keyof typeof PATHS} name */
export function lineIcon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'line-icon');
  svg.innerHTML = `<path d="${PATHS[name]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>`;
  return svg;
}
