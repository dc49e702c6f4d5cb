import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

import { buildClient } from '../build/client.mjs';

const SRC = fileURLToPath(new URL('../src', import.meta.url));
/** Kinds of files that WeChat uploads; TypeScript is compiled before. */
const UPLOADED = ['.js', '.json', '.wxml', '.wxss', '.wxs', '.png', '.jpg', '.svg', '.wav'];
const LIMIT = 1024 * 1024;

async function sizeOf(file) {
  if (extname(file) !== '.ts') return statSync(file).size;
  const { code } = await transform(readFileSync(file, 'utf8'), { loader: 'ts', target: 'es2018' });
  return Buffer.byteLength(code);
}

/** Bytes of what WeChat uploads of the files that are chosen by their path below src/. */
async function total(chosen) {
  const names = readdirSync(SRC, { recursive: true }).filter(
    (name) =>
      (UPLOADED.includes(extname(name)) || (name.endsWith('.ts') && !name.endsWith('.d.ts'))) &&
      chosen(name) &&
      statSync(join(SRC, name)).isFile(),
  );
  const sizes = await Promise.all(names.map((name) => sizeOf(join(SRC, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

test('the main package and each subpackage stay below 1 MB', async () => {
  await buildClient(SRC);
  const { subpackages = [] } = JSON.parse(readFileSync(join(SRC, 'app.json'), 'utf8'));
  const inside = (root) => (name) => name.startsWith(`${root}/`);
  const main = await total((name) => !subpackages.some(({ root }) => inside(root)(name)));
  assert.ok(main > 0 && main <= LIMIT, `${Math.round(main / 1024)} KB`);
  for (const { root } of subpackages) {
    const size = await total(inside(root));
    assert.ok(size > 0 && size <= LIMIT, `${root}: ${Math.round(size / 1024)} KB`);
  }
});
