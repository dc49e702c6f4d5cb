// `make client`: builds what the mini-program takes from npm into src/miniprogram_npm, and what only administrators need
// into src/admin/miniprogram_npm. `node client.mjs [--src folder]`.
//
// WeChat DevTools could build npm parts itself, but the whole of TDesign is over the 2 MB a package may have, and its
// icon font comes from another host. So: only the components that pages use, and their icons as our own masks.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = path.dirname(fileURLToPath(import.meta.url));
/** Remembers what the parts were built from. Without an extension WeChat knows, so it is never uploaded. */
const STAMP = '.built-from';
const BUILT = 'miniprogram_npm';

/**
 * @param {string} src the folder WeChat loads
 * @returns {Promise<boolean>} false when everything was there already
 */
export async function buildClient(src) {
  const out = path.join(src, BUILT);
  const forAdmin = path.join(src, 'admin', BUILT);
  const sources = listSources(src);
  const fingerprint = fingerprintOf(sources);
  const stamp = path.join(out, STAMP);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === fingerprint) return false;
  for (const folder of [out, forAdmin]) fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  // loaded only now: the bundler alone takes longer to load than it takes to see that there is nothing to do
  const [{ bundleCharts }, { bundleSocket }, { copyTDesign }] = await Promise.all([
    import('./charts.mjs'),
    import('./socket.mjs'),
    import('./tdesign.mjs'),
  ]);
  copyTDesign(path.join(out, 'tdesign-miniprogram'), sources);
  await Promise.all([
    bundleSocket(path.join(out, 'wenjin-socket')),
    bundleCharts(path.join(forAdmin, 'wenjin-charts')),
  ]);
  fs.writeFileSync(stamp, fingerprint);
  return true;
}

/** The program's own texts: they say which components and icons are in use. @returns {string[]} absolute files */
function listSources(src) {
  return fs
    .readdirSync(src, { recursive: true })
    .filter((name) => !name.includes(BUILT) && /\.(json|wxml|ts)$/.test(name))
    .sort()
    .map((name) => path.join(src, name));
}

/** Changes only when another build could come out: the program's texts, the tools, the versions. */
function fingerprintOf(sources) {
  const hash = crypto.createHash('sha256');
  const own = fs
    .readdirSync(HERE)
    .filter((name) => /\.m?js$/.test(name))
    .map((name) => path.join(HERE, name));
  const lock = path.join(HERE, '../../package-lock.json');
  for (const file of [...sources, ...own, lock]) hash.update(file).update(fs.readFileSync(file));
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { src: { type: 'string', default: path.join(HERE, '../src') } } });
  const started = performance.now();
  const built = await buildClient(path.resolve(values.src));
  console.log(
    built ? `client: built in ${Math.round(performance.now() - started)} ms` : 'client: nothing to build',
  );
}
