// What every built-in tag has: hidden, hover-class, wx.createAnimation's animation, and aria attributes.

/** camelCase property → DOM attribute. */
const ARIA = Object.fromEntries(
  [
    'Label',
    'Hidden',
    'Checked',
    'Selected',
    'Disabled',
    'Expanded',
    'Live',
    'Modal',
    'Busy',
    'Atomic',
    'Haspopup',
    'Pressed',
    'Controls',
    'Describedby',
    'Labelledby',
    'Valuenow',
    'Valuemin',
    'Valuemax',
    'Valuetext',
    'Required',
    'Invalid',
    'Roledescription',
    'Multiline',
    'Current',
    'Level',
  ].map((name) => [`aria${name}`, `aria-${name.toLowerCase()}`]),
);
ARIA.ariaRole = 'role';

const HOVER_START_MS = 20;
const HOVER_STAY_MS = 70;

/**
 * A built-in tag as glass-easel component. `leaf` tags draw themselves into their own element and take no children.
 * @typedef {{ leaf?: boolean, properties?: Record<string, any>, observers?: Record<string, Function>,
 *   methods?: Record<string, Function>, lifetimes?: Record<string, Function> }} Tag
 */

/** An observer that is silent once its page has left the stack: a late setData there is allowed and shows nothing. */
const whileShown = ([name, observer]) => [
  name,
  function observe(...values) {
    if (this.$$) observer.apply(this, values);
  },
];

/** @param {Tag} tag @returns {Tag} with the common part in it */
export function complete(tag) {
  const aria = Object.keys(ARIA).map((name) => [name, { type: null, value: null }]);
  const observers = Object.entries(ARIA).map(([name, attribute]) => [
    name,
    function reflect(value) {
      setOrRemove(this.$$, attribute, value);
    },
  ]);
  return {
    ...tag,
    properties: {
      ...Object.fromEntries(aria),
      hidden: Boolean,
      hoverClass: { type: String, value: 'none' },
      hoverStartTime: { type: Number, value: HOVER_START_MS },
      hoverStayTime: { type: Number, value: HOVER_STAY_MS },
      hoverStopPropagation: Boolean,
      animation: { type: null, value: null },
      ...tag.properties,
    },
    observers: Object.fromEntries(
      Object.entries({
        ...Object.fromEntries(observers),
        hidden(value) {
          this.$$.hidden = Boolean(value);
        },
        animation(value) {
          if (value?.steps) animate(this.$$, value.steps);
        },
        ...tag.observers,
      }).map(whileShown),
    ),
    lifetimes: {
      ...tag.lifetimes,
      attached() {
        watchHover(this);
        tag.lifetimes?.attached?.call(this);
      },
    },
  };
}

function setOrRemove(element, attribute, value) {
  if (value === null || value === undefined || value === '') element.removeAttribute(attribute);
  else element.setAttribute(attribute, String(value));
}

/** Adds the tag's hover-class while a finger rests on it, under the name its page's or component's styles know. */
function watchHover(component) {
  let timer;
  const names = () => {
    const { hoverClass } = component.data;
    return hoverClass && hoverClass !== 'none' ? scopedClasses(component, hoverClass) : [];
  };
  const leave = () => {
    clearTimeout(timer);
    // The tap may have taken the tag away meanwhile.
    setTimeout(() => component.$$?.classList.remove(...names()), component.data.hoverStayTime);
  };
  component.$$.addEventListener(
    'touchstart',
    (event) => {
      if (component.data.disabled || event.hoverTaken) return;
      event.hoverTaken = component.data.hoverStopPropagation;
      clearTimeout(timer);
      timer = setTimeout(() => component.$$?.classList.add(...names()), component.data.hoverStartTime);
    },
    { passive: true },
  );
  for (const name of ['touchend', 'touchcancel', 'touchmove'])
    component.$$.addEventListener(name, leave, { passive: true });
}

/** Class names as they stand in the DOM for the component whose template holds this tag. @param {any} component @param {string} classes */
export function scopedClasses(component, classes) {
  const host = component.ownerShadowRoot?.getHostNode();
  const { styleScope, extraStyleScope } = host?.getComponentOptions() ?? {};
  const scopes = host?.getRootBehavior().ownerSpace.styleScopeManager;
  const prefixes = [styleScope, extraStyleScope]
    .filter((scope) => scope !== undefined)
    .map((scope) => scopes.queryName(scope));
  return classes
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((name) => prefixes.map((prefix) => (prefix ? `${prefix}--${name}` : name)));
}

/** Plays what wx.createAnimation exported, step after step. */
function animate(element, steps) {
  let delay = 0;
  for (const { transforms, styles, options } of steps) {
    const play = () => {
      element.style.transition = `all ${options.duration}ms ${options.timingFunction} ${options.delay}ms`;
      element.style.transformOrigin = options.transformOrigin;
      if (transforms.length) element.style.transform = transforms.join(' ');
      Object.assign(element.style, styles);
    };
    if (delay) setTimeout(play, delay);
    else requestAnimationFrame(play);
    delay += options.duration + options.delay;
  }
}
