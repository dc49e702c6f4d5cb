import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

import { buildClient } from '../build/client.mjs';

const SRC = fileURLToPath(new URL('../src', import.meta.url));
/** Kinds of files that WeChat uploads; TypeScript is compiled before. */
const UPLOADED = ['.js', '.json', '.wxml', '.wxss', '.wxs', '.png', '.jpg', '.svg'];
const LIMIT = 1024 * 1024;

async function sizeOf(file) {
  if (extname(file) !== '.ts') return statSync(file).size;
  const { code } = await transform(readFileSync(file, 'utf8'), { loader: 'ts', target: 'es2018' });
  return Buffer.byteLength(code);
}

test('the main package stays below 1 MB', async () => {
  await buildClient(SRC);
  const { subpackages = [] } = JSON.parse(readFileSync(join(SRC, 'app.json'), 'utf8'));
  const names = readdirSync(SRC, { recursive: true }).filter(
    (name) =>
      (UPLOADED.includes(extname(name)) || (name.endsWith('.ts') && !name.endsWith('.d.ts'))) &&
      !subpackages.some(({ root }) => name.startsWith(`${root}/`)) &&
      statSync(join(SRC, name)).isFile(),
  );
  const sizes = await Promise.all(names.map((name) => sizeOf(join(SRC, name))));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(total > 0 && total <= LIMIT, `${Math.round(total / 1024)} KB`);
});
