// Sounds of the program: wx.createInnerAudioContext. Refuses: a file that is not there (onError), anything after destroy, playing in the background.

import { settings } from '../settings.js';

const EVENTS = ['Canplay', 'Play', 'Pause', 'Stop', 'Ended', 'Error'];
/** WeChat's number for a file that it cannot play. */
const FILE_ERROR = 10003;

/** What was played so far, for tests: a browser without loudspeakers sounds like one with them. @type {string[]} */
export const played = [];

/** A packaged file lies in the built preview. @param {string} src */
const urlOf = (src) => (src.startsWith('/') && !src.startsWith('/api/') ? `program${src}` : src);

export function createInnerAudioContext() {
  const element = new Audio();
  const heard = Object.fromEntries(EVENTS.map((name) => [name, new Set()]));
  const tell = (name, detail) => heard[name].forEach((listener) => listener(detail));
  let source = '';
  let destroyed = false;

  element.addEventListener('canplay', () => tell('Canplay'));
  element.addEventListener('ended', () => tell('Ended'));
  element.addEventListener('error', () => {
    if (source) tell('Error', { errCode: FILE_ERROR, errMsg: `GET ${source} failed` });
  });

  async function play() {
    if (destroyed || !source || !settings.visible) return;
    element.currentTime = 0;
    // A browser is silent before the first touch; the program hears of that as WeChat would tell of a failure.
    const refused = await element.play().catch((error) => error);
    if (refused) return void (element.error ?? tell('Error', { errCode: -1, errMsg: refused.message }));
    played.push(source);
    tell('Play');
  }

  function rest(name) {
    if (destroyed) return;
    element.pause();
    if (name === 'Stop') element.currentTime = 0;
    tell(name);
  }

  return {
    get src() {
      return source;
    },
    set src(value) {
      source = value;
      element.src = urlOf(value);
    },
    get volume() {
      return element.volume;
    },
    set volume(value) {
      element.volume = value;
    },
    get paused() {
      return element.paused;
    },
    obeyMuteSwitch: true,
    play: () => void play(),
    pause: () => rest('Pause'),
    stop: () => rest('Stop'),
    destroy() {
      destroyed = true;
      source = '';
      element.removeAttribute('src');
      EVENTS.forEach((name) => heard[name].clear());
    },
    ...Object.fromEntries(EVENTS.map((name) => [`on${name}`, (listener) => heard[name].add(listener)])),
    ...Object.fromEntries(EVENTS.map((name) => [`off${name}`, (listener) => heard[name].delete(listener)])),
  };
}
