// Builds the mini-program for a browser: `node build.mjs [--watch] [--src folder] [--out folder] [--port number]`.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleProgram, bundleRuntime, copyRuntimeFiles } from './build/bundle.mjs';
import { readProgram } from './build/program.mjs';
import { serve } from './build/serve.mjs';
import { compileStyles } from './build/styles.mjs';
import { compileTemplates } from './build/templates.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ASSET = /\.(png|jpe?g|gif|svg|webp|json|mp3|wav)$/i;

/**
 * Builds once. The result is complete or absent: when there are problems, what was built before stays.
 * @param {string} src @param {string} out
 * @returns {Promise<import("./build/program.mjs").Program>} look at its `problems`
 */
export async function build(src, out) {
  fs.mkdirSync(out, { recursive: true });
  const program = readProgram(src);
  if (program.problems.any) return program;
  const templates = compileTemplates(program);
  const styles = compileStyles(program);
  if (program.problems.any) return program;
  const script = path.join(out, 'program.js');
  await Promise.all([
    bundleProgram(program, templates, styles, script),
    bundleRuntime(program, path.join(out, 'runtime.js')),
  ]);
  copyRuntimeFiles(out);
  copyAssets(src, path.join(out, 'program'));
  return program;
}

/** Pictures and sounds of the mini-program, at the paths its pages name them by. @param {string} src @param {string} out */
function copyAssets(src, out) {
  fs.rmSync(out, { recursive: true, force: true });
  fs.cpSync(src, out, {
    recursive: true,
    filter: (file) =>
      fs.statSync(file).isDirectory()
        ? path.basename(file) !== 'miniprogram_npm'
        : ASSET.test(file) && !file.endsWith('.json'),
  });
}

async function buildAndReport(src, out) {
  const started = performance.now();
  const program = await build(src, out);
  if (program.problems.any) {
    console.error(
      `${program.problems}\n${program.problems.list.length} problem(s): the preview was not rebuilt`,
    );
    return false;
  }
  const took = Math.round(performance.now() - started);
  console.log(`preview: ${program.pages.length} pages, ${program.parts.size} parts in ${took} ms`);
  return true;
}

/** Rebuilds when a source changes, once per burst of changes. */
function watch(src, out, onBuilt) {
  let timer;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (await buildAndReport(src, out)) onBuilt();
    }, 60);
  };
  for (const folder of [src, path.join(HERE, 'runtime')]) fs.watch(folder, { recursive: true }, again);
}

async function main() {
  const { values } = parseArgs({
    options: {
      watch: { type: 'boolean' },
      src: { type: 'string', default: path.join(HERE, '../src') },
      out: { type: 'string', default: path.join(HERE, '../../var/preview') },
      port: { type: 'string', default: '8070' },
      server: { type: 'string', default: 'http://127.0.0.1:8080' },
    },
  });
  const [src, out] = [path.resolve(values.src), path.resolve(values.out)];
  const built = await buildAndReport(src, out);
  if (!values.watch) process.exit(built ? 0 : 1);
  const site = serve(out, Number(values.port), new URL(values.server));
  watch(src, out, site.reload);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
