// The two scripts of the preview: the mini-program itself, and the runtime that plays WeChat for it.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { codeOf } from './program.mjs';

const RUNTIME = fileURLToPath(new URL('../runtime/', import.meta.url));

/** What a browser has and WeChat's script thread has not: undefined here, as it is there. */
const ABSENT = (
  'window document localStorage sessionStorage indexedDB fetch XMLHttpRequest WebSocket EventSource navigator location ' +
  'history alert confirm prompt requestAnimationFrame Image Blob FormData URL URLSearchParams AbortController TextEncoder ' +
  'TextDecoder crypto performance structuredClone queueMicrotask self'
).split(' ');

/**
 * Bundles pages and components; each is a function of its own, run when the runtime registers it.
 * @param {import("./program.mjs").Program} program
 * @param {string} templates @param {import("./styles.mjs").Styles} styles @param {string} outfile
 */
export async function bundleProgram(program, templates, styles, outfile) {
  const load = (id) => `() => require(${JSON.stringify(codeOf(program, id) ?? '')})`;
  const parts = [...program.parts.values()].map(
    ({ id, isPage, json }) =>
      `${JSON.stringify(id)}: { isPage: ${isPage}, json: ${JSON.stringify(json)}, ` +
      `scope: ${JSON.stringify(styles.scopes[id])}, load: ${load(id)} }`,
  );
  const contents = `globalThis.miniProgram = {
    app: ${JSON.stringify(program.app)}, theme: ${JSON.stringify(program.theme)}, pages: ${JSON.stringify(program.pages)},
    sheets: ${JSON.stringify(styles.sheets)}, templates: ${templates}, loadApp: ${load('app')},
    parts: {${parts.join(',\n')}} };`;
  return bundle(program, {
    stdin: { contents, resolveDir: program.root, sourcefile: 'mini-program.js', loader: 'js' },
    outfile,
    define: Object.fromEntries(ABSENT.map((name) => [name, 'undefined'])),
    plugins: [resolveLikeWeChat(program)],
  });
}

/** @param {import("./program.mjs").Program} program @param {string} outfile */
export async function bundleRuntime(program, outfile) {
  return bundle(program, {
    entryPoints: [path.join(RUNTIME, 'boot.js')],
    outfile,
    sourcemap: false,
  });
}

/** Static files of the runtime. @param {string} out */
export function copyRuntimeFiles(out) {
  for (const name of [
    'index.html',
    'start.js',
    'desk.js',
    'desk.css',
    'phone.css',
    'overlays.css',
    'tags.css',
  ]) {
    fs.copyFileSync(path.join(RUNTIME, name), path.join(out, name));
  }
}

/** @param {import("./program.mjs").Program} program @param {esbuild.BuildOptions} options */
async function bundle(program, options) {
  try {
    await esbuild.build({
      bundle: true,
      format: 'iife',
      target: 'es2020',
      sourcemap: true,
      logLevel: 'silent',
      preserveSymlinks: true,
      ...options,
    });
  } catch (error) {
    if (!error.errors) throw error;
    for (const { location, text } of error.errors) {
      const file = location ? path.resolve(process.cwd(), location.file) : program.root;
      program.problems.add(file, text, {
        line: location?.line,
        column: location ? location.column + 1 : undefined,
      });
    }
  }
}

/** Modules are found as WeChat finds them: a leading slash is the root, a bare name lies in a miniprogram_npm above. */
function resolveLikeWeChat({ root }) {
  const asFile = (stem) =>
    [stem, `${stem}.ts`, `${stem}.js`, `${stem}/index.ts`, `${stem}/index.js`].find((file) =>
      fs.statSync(file, { throwIfNoEntry: false })?.isFile(),
    );
  return {
    name: 'wechat-modules',
    setup(build) {
      build.onResolve({ filter: /^[^.]/ }, ({ path: name, resolveDir, kind }) => {
        if (kind === 'entry-point') return undefined;
        if (name.startsWith(root)) return { path: asFile(name) };
        if (name.startsWith('/')) return found(asFile(path.join(root, name)), name);
        for (let folder = resolveDir; folder.startsWith(root); folder = path.dirname(folder)) {
          const file = asFile(path.join(folder, 'miniprogram_npm', name));
          if (file) return { path: file };
        }
        return found(undefined, name);
      });
    },
  };
}

function found(file, name) {
  return file
    ? { path: file }
    : { errors: [{ text: `no module "${name}" (npm parts are built by \`make client\`)` }] };
}
