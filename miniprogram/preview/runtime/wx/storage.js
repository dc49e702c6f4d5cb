// wx.*Storage*: kept in the browser under the person's name, so that two tabs with two persons live side by side.
// Refuses what WeChat refuses: more than 1 MB in one key, more than 10 MB in all.

import { settings } from '../settings.js';
import { Refusal, calls } from './api.js';

const KEY_BYTES = 1024 * 1024;
const TOTAL_BYTES = 10 * 1024 * 1024;

const prefix = () => `wenjin:${settings.person}:`;
const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix()));
const sizeOf = (text) => new Blob([text]).size;

function get(key) {
  const text = localStorage.getItem(prefix() + key);
  return text === null ? undefined : JSON.parse(text).data;
}

function set(key, data) {
  if (typeof key !== 'string') throw new Refusal('parameter error: parameter.key should be String');
  const text = JSON.stringify({ data });
  if (sizeOf(text) > KEY_BYTES) throw new Refusal('entry size limit reached');
  const others = ownKeys().filter((other) => other !== prefix() + key);
  if (others.reduce((sum, other) => sum + sizeOf(localStorage.getItem(other)), sizeOf(text)) > TOTAL_BYTES) {
    throw new Refusal('storage limit reached');
  }
  localStorage.setItem(prefix() + key, text);
}

function info() {
  const keys = ownKeys();
  const bytes = keys.reduce((sum, key) => sum + sizeOf(localStorage.getItem(key)), 0);
  return {
    keys: keys.map((key) => key.slice(prefix().length)),
    currentSize: Math.ceil(bytes / 1024),
    limitSize: TOTAL_BYTES / 1024,
  };
}

export const storage = {
  ...calls({
    getStorage({ key }) {
      const data = get(key);
      if (data === undefined) throw new Refusal('data not found');
      return { data };
    },
    setStorage: ({ key, data }) => set(key, data),
    removeStorage: ({ key }) => localStorage.removeItem(prefix() + key),
    clearStorage: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
    getStorageInfo: info,
  }),
  /** An absent key is "" in WeChat, not undefined. */
  getStorageSync: (key) => get(key) ?? '',
  setStorageSync(key, data) {
    try {
      set(key, data);
    } catch (error) {
      throw new Error(`setStorageSync:fail ${error.message}`, { cause: error });
    }
  },
  removeStorageSync: (key) => localStorage.removeItem(prefix() + key),
  clearStorageSync: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  getStorageInfoSync: info,
};
