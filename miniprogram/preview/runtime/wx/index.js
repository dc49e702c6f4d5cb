// The `wx` object: every call the pages may make. An unknown one is an error that names it.

import { account } from './account.js';
import { keys } from '../keys.js';
import { createAnimation } from './animation.js';
import { device } from './device.js';
import { media } from './media.js';
import { navigation } from './navigation.js';
import { network } from './network.js';
import { privacy } from './privacy.js';
import { createInnerAudioContext } from './sound.js';
import { storage } from './storage.js';
import { ui } from './ui.js';

/** Newer calls that libraries look for before they use them; they are absent from older WeChat too. */
const PROBED = new Set([
  'onMenuButtonBoundingClientRectWeightChange',
  'offMenuButtonBoundingClientRectWeightChange',
  'getSkylineInfoSync',
  'worklet',
  // what tools ask of any object
  'then',
  'toJSON',
  'constructor',
  'default',
  '__esModule',
  '$$typeof',
  'nodeType',
  'asymmetricMatch',
]);

export function createWx() {
  const known = {
    ...account,
    ...device,
    ...keys,
    ...media,
    ...navigation,
    ...network,
    ...privacy,
    ...storage,
    ...ui,
    createAnimation,
    createInnerAudioContext,
  };
  known.canIUse = (schema) => {
    const [name] = schema.split('.');
    return name in known || /^[a-z]+(-[a-z]+)*$/.test(name);
  };
  return new Proxy(Object.freeze(known), {
    get(target, name) {
      if (name in target) return target[name];
      if (typeof name === 'symbol' || PROBED.has(name)) return undefined;
      throw new Error(`wx.${name} is not in the preview: see miniprogram/preview/README.md for what is`);
    },
  });
}
