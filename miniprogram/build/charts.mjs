// Bundles the charts into the administrators' subpackage, so that no reader loads them.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const SOURCE = fileURLToPath(new URL('./wenjin-charts.js', import.meta.url));
/** It looks where it runs, and would listen for touches on what it draws on, where WeChat's canvas has no listeners. */
const ABSENT = ['window', 'document', 'self', 'navigator', 'wx'];
const PACKAGE = path.dirname(createRequire(import.meta.url).resolve('echarts/package.json'));

/** @param {string} folder the package's place in the subpackage's miniprogram_npm */
export async function bundleCharts(folder) {
  await esbuild.build({
    entryPoints: [SOURCE],
    outfile: path.join(folder, 'index.js'),
    bundle: true,
    minify: true,
    format: 'cjs',
    target: 'es2018',
    define: {
      'process.env.NODE_ENV': '"production"',
      ...Object.fromEntries(ABSENT.map((name) => [name, 'undefined'])),
    },
    legalComments: 'external',
    logLevel: 'silent',
  });
  for (const name of ['LICENSE', 'NOTICE'])
    fs.copyFileSync(path.join(PACKAGE, name), path.join(folder, name));
}
