// WeChat's component engine (glass-easel) on the browser's DOM: creates elements, hears events, registers pages and components.

import { MiniProgramEnv, component as adapterComponent, glassEasel } from 'glass-easel-miniprogram-adapter';
import { TAG_NAMES } from '../build/tag-names.mjs';
import { toPhoneUnits } from '../build/units.mjs';
import { pageTop } from './dom.js';
import { createSelectorQuery } from './query.js';
import { tags } from './tags/index.js';

const SETDATA_BYTES = 1024 * 1024;
/** Form behaviours that WeChat brings along and components name by string. */
const GIVEN_BEHAVIORS = [
  'form-field',
  'form-field-group',
  'form-field-button',
  'component-export',
  'proxy-scroll-view',
];

/** True while a tap is being handled, synchronously: what follows an `await` is no longer "inside the tap". */
export let handlingTap = false;

/** DOM events that WeChat has too. All others are the built-in tags' own; a DOM event of that name would come twice. */
const TOUCHES = ['touchstart', 'touchmove', 'touchend', 'touchcancel'];
const MOTIONS = ['transitionend', 'animationstart', 'animationiteration', 'animationend'];
const DOM_EVENTS = new Set([...TOUCHES, ...MOTIONS]);
const LONG_PRESS_MS = 350;

class PhoneBackend extends glassEasel.CurrentWindowBackendContext {
  document = {
    createElement: (tag) => createElement(tag),
    createTextNode: (text) => document.createTextNode(text),
    createDocumentFragment: () => document.createDocumentFragment(),
  };

  heard = new Set();

  /** One listener per kind of event for the whole phone. Not passive: a page may stop a touchmove from scrolling. */
  setListenerStats(_element, type) {
    if (!DOM_EVENTS.has(type) || this.heard.has(type)) return;
    this.heard.add(type);
    const listen = (event) => deliver(elementHit(event), event, type, {});
    document.body.addEventListener(type, listen, { capture: true, passive: false });
  }
}

/** The program's element that an event hit; to be asked while the event is under way. */
const elementHit = (event) => event.composedPath().find((node) => node.__wxElement)?.__wxElement;

/** Hands an event on, when it hit an element of the program. */
function deliver(target, event, type, detail) {
  const options = { originalEvent: event, bubbles: true, composed: true, capturePhase: true };
  if (target && dispatch(target, type, detail, options) && event.cancelable) event.preventDefault();
}

/** A finger that rests makes a longpress. */
function watchLongPress() {
  let timer;
  document.body.addEventListener(
    'touchstart',
    (event) => {
      clearTimeout(timer);
      const target = elementHit(event);
      const { clientX, clientY } = event.touches[0];
      const detail = { x: clientX, y: clientY - pageTop() };
      timer = setTimeout(() => deliver(target, event, 'longpress', detail), LONG_PRESS_MS);
    },
    { capture: true, passive: true },
  );
  for (const name of ['touchmove', 'touchend', 'touchcancel']) {
    document.body.addEventListener(name, () => clearTimeout(timer), { capture: true, passive: true });
  }
}

/** Built-in tags are `wx-…`; and any tag without a hyphen could become a real HTML element with a life of its own. */
function createElement(tag) {
  const ofComponent = tag.includes('-') && !TAG_NAMES.includes(tag);
  const element = document.createElement(ofComponent ? tag : `wx-${tag}`);
  const setAttribute = element.setAttribute;
  element.setAttribute = (name, value) =>
    setAttribute.call(element, name, name === 'style' && value ? toPhoneUnits(String(value)) : value);
  return element;
}

/**
 * @param {any} program what the build wrote into `globalThis.miniProgram`
 * @returns {{ createRoot: (route: string) => any }}
 */
export function startEngine(program) {
  globalThis.getRegExp = (pattern, flags) => new RegExp(pattern, flags);
  globalThis.getDate = (...parts) => new Date(...parts);
  globalThis.wxsConstructorName = wxsConstructorName;
  limitSetData();
  adapterComponent.ComponentCaller.prototype.createSelectorQuery = function query() {
    return createSelectorQuery().in(this);
  };

  // ids stand in the DOM as "<component's number>--<id>"; styles, labels and scroll-into-view look for their end
  glassEasel.globalOptions.writeIdToDOM = true;
  const env = new MiniProgramEnv();
  const definitions = defineTags(env, program);
  const space = env.createCodeSpace('', true);
  for (const [tag, definition] of definitions)
    space.getComponentSpace().setGlobalUsingComponent(tag, definition);
  const context = new PhoneBackend();
  const backend = env.associateBackend(context);
  context.onEvent(dispatch);
  watchLongPress();
  space.addStyleSheet('app', 'app');
  backend.registerStyleSheetContent('app', program.sheets.app || ' ');
  registerParts(program, space, backend);
  return { createRoot: (route) => backend.createRoot('wx-page', space, route) };
}

/** Hands a DOM event to the engine in WeChat's shape. Only touchmove may be stopped by a listener. */
function dispatch(target, type, detail, options) {
  const event = new glassEasel.Event(type, type === 'tap' ? fromPage(detail) : detail, {
    ...options,
    extraFields: touchFields(options.originalEvent, target),
  });
  const outer = handlingTap;
  handlingTap = outer || type === 'tap';
  try {
    glassEasel.Event.dispatchEvent(target, event);
  } finally {
    handlingTap = outer;
  }
  return type === 'touchmove' ? event.getEventBubbleStatus() : 0;
}

function fromPage({ x, y }) {
  return { x, y: y - pageTop() };
}

function touchFields(original, target) {
  if (!original?.changedTouches) return undefined;
  const box = target.$$?.tagName === 'WX-CANVAS' ? target.$$.getBoundingClientRect() : null;
  const plain = (touch) => {
    const at = { clientX: touch.clientX, clientY: touch.clientY - pageTop() };
    const onCanvas = box ? { x: touch.clientX - box.left, y: touch.clientY - box.top } : {};
    return {
      identifier: touch.identifier,
      ...at,
      pageX: at.clientX,
      pageY: at.clientY,
      force: 1,
      ...onCanvas,
    };
  };
  return {
    touches: [...original.touches].map(plain),
    changedTouches: [...original.changedTouches].map(plain),
  };
}

/** WeChat throws away updates over 1 MB and shows nothing for `undefined`; here both are said aloud. */
function limitSetData() {
  const { ComponentCaller } = adapterComponent;
  const setData = ComponentCaller.prototype.setData;
  ComponentCaller.prototype.setData = function checked(data, callback) {
    for (const [path, value] of Object.entries(data ?? {})) {
      if (value === undefined)
        console.warn(`setData: "${path}" is undefined in ${this.is}; WeChat ignores it`);
    }
    const text = JSON.stringify(data ?? {});
    if (text.length > SETDATA_BYTES / 3 && new Blob([text]).size > SETDATA_BYTES) {
      throw new Error(
        `setData: ${this.is} sends ${new Blob([text]).size} bytes; WeChat's limit is ${SETDATA_BYTES}`,
      );
    }
    return setData.call(this, data, callback);
  };
}

function wxsConstructorName(value) {
  if (value === null || value === undefined) return undefined;
  if (Object.prototype.hasOwnProperty.call(Object(value), 'constructor')) return value.constructor;
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** @returns {[string, any][]} */
function defineTags(env, program) {
  const space = env.getGlobalCodeSpace().getComponentSpace();
  return Object.entries(tags).map(([tag, spec]) => {
    const template = program.templates[spec.leaf ? 'preview/leaf' : 'preview/slot'];
    let builder = space
      .define(`preview/${tag}`)
      .options({ hostNodeTagName: `wx-${tag}`, styleScope: glassEasel.StyleScopeManager.globalScope() })
      .template({ groupList: program.templates, content: template });
    for (const [name, type] of Object.entries(spec.properties ?? {})) builder = builder.property(name, type);
    for (const [fields, observer] of Object.entries(spec.observers ?? {})) {
      builder = builder.observer(fields.split(/,\s*/), observer);
    }
    builder = builder.methods(spec.methods ?? {});
    for (const [name, lifetime] of Object.entries(spec.lifetimes ?? {}))
      builder = builder.lifetime(name, lifetime);
    return [tag, builder.registerComponent().general()];
  });
}

function registerParts(program, space, backend) {
  const given = {};
  space.componentEnv('', ({ Behavior }) => {
    for (const name of GIVEN_BEHAVIORS) {
      given[`wx://${name}`] = Behavior(
        name === 'form-field' ? { properties: { name: String, value: null } } : {},
      );
    }
  });
  const done = new Set();
  const register = (id) => {
    if (done.has(id)) return;
    done.add(id);
    const part = program.parts[id];
    for (const used of Object.values(part.json.usingComponents)) register(used.slice(1));
    space.addComponentStaticConfig(id, part.json);
    space.addCompiledTemplate(id, { groupList: program.templates, content: program.templates[id] });
    space.addStyleSheet(id, program.sheets[id] ? id : undefined, part.scope);
    if (program.sheets[id]) backend.registerStyleSheetContent(id, program.sheets[id]);
    runPart(space, id, part, given);
  };
  Object.keys(program.parts).forEach(register);
}

/** Runs a part's script with its `Page`, `Component` and `Behavior`; they are globals there as in WeChat. */
function runPart(space, id, part, given) {
  let registered = false;
  space.componentEnv(id, (env) => {
    globalThis.Behavior = (definition) => env.Behavior(withGivenBehaviors(definition, given));
    globalThis.Page = (definition) => {
      registered = true;
      return env.Page(withGivenBehaviors(definition, given));
    };
    globalThis.Component = (definition) => {
      registered = true;
      takeStyleOptions(part.json, definition.options ?? {}, id);
      return env.Component(withGivenBehaviors(definition, given));
    };
    part.load();
  });
  if (!registered) throw new Error(`${id} calls neither Page() nor Component()`);
}

function withGivenBehaviors(definition, given) {
  const behaviors = (definition.behaviors ?? [])
    .map((b) => (typeof b === 'string' ? given[b] : b))
    .filter(Boolean);
  return {
    ...definition,
    behaviors,
    ...('properties' in definition ? { properties: namedObservers(definition) } : {}),
  };
}

/** A property's observer may be the name of a method; the engine wants the function. */
function namedObservers({ properties }) {
  const entries = Object.entries(properties ?? {}).map(([name, spec]) => {
    if (typeof spec?.observer !== 'string') return [name, spec];
    const method = spec.observer;
    return [
      name,
      {
        ...spec,
        observer(...values) {
          return this[method](...values);
        },
      },
    ];
  });
  return Object.fromEntries(entries);
}

/** Style isolation set in code must be known to the static configuration; "shared" is needed even earlier, by the build. */
function takeStyleOptions(json, options, id) {
  const isolation = options.styleIsolation ?? (options.addGlobalClass ? 'apply-shared' : undefined);
  if (!isolation || json.styleIsolation) return;
  if (/^(page-)?shared$/.test(isolation))
    throw new Error(`${id}: put "styleIsolation": "${isolation}" into its .json`);
  json.styleIsolation = isolation;
}
