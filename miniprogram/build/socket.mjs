// Bundles the live connection: the official socket.io client over wx.connectSocket.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const SOURCE = fileURLToPath(new URL('./wenjin-socket.js', import.meta.url));

/**
 * What engine.io-client takes from a browser, given without one. Its own file calls `Function("return this")()`,
 * which WeChat forbids, and takes timers off `self`, which WeChat has not.
 */
const GLOBALS = `
  export const nextTick = (callback) => Promise.resolve().then(callback);
  export const globalThisShim = { setTimeout: (f, ms) => setTimeout(f, ms), clearTimeout: (id) => clearTimeout(id) };
  export const defaultBinaryType = "arraybuffer";
  export function createCookieJar() {}
`;
/** Transports that need XMLHttpRequest, fetch or WebTransport are left out. */
const NO_TRANSPORTS = 'export class XHR {} export class WT {} export class Fetch {}';
const NO_DEBUG = 'export default () => () => {};';

const REPLACED = [
  [/globals(\.node)?\.js$/, GLOBALS],
  [/(polling-xhr(\.node)?|polling-fetch|webtransport)\.js$/, NO_TRANSPORTS],
  [/^debug$/, NO_DEBUG],
];

/** @param {string} folder the package's place in miniprogram_npm */
export async function bundleSocket(folder) {
  await esbuild.build({
    entryPoints: [SOURCE],
    outfile: path.join(folder, 'index.js'),
    bundle: true,
    minify: true,
    format: 'cjs',
    target: 'es2018',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['browser'],
    legalComments: 'inline',
    plugins: [replaceModules],
    logLevel: 'silent',
  });
}

const replaceModules = {
  name: 'without-a-browser',
  setup(build) {
    REPLACED.forEach(([filter, contents], index) => {
      build.onResolve({ filter }, () => ({ path: String(index), namespace: `replaced-${index}` }));
      build.onLoad({ filter: /.*/, namespace: `replaced-${index}` }, () => ({ contents }));
    });
  },
};
