// Runs the client's logic tests: `node tools/test-client.mjs [report.xml]`.
// A *.test.ts is bundled first, since node does not read TypeScript's imports without extension; a *.test.mjs
// runs as it is.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const tests = 'miniprogram/tests';
const out = 'var/test-client';
const [report] = process.argv.slice(2);

const found = existsSync(tests) ? readdirSync(tests, { recursive: true }).map(String).sort() : [];
const named = (ending) => found.filter((name) => name.endsWith(ending)).map((name) => join(tests, name));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: named('.test.ts'),
  outdir: out,
  outbase: tests,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const bundled = readdirSync(out, { recursive: true })
  .map((name) => join(out, String(name)))
  .filter((name) => name.endsWith('.mjs'));
const files = [...bundled, ...named('.test.mjs')];
if (!files.length) {
  console.error(`No test in ${tests}.`);
  process.exit(1);
}

const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
if (report) reporters.push('--test-reporter=junit', `--test-reporter-destination=${report}`);
const done = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...reporters, ...files], {
  stdio: 'inherit',
});
process.exit(done.status ?? 1);
