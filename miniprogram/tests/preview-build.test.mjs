import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import { buildClient } from '../build/client.mjs';
import { lintTemplates } from '../build/lint-wxml.mjs';
import { build } from '../preview/build.mjs';
import { scopeSelector } from '../preview/build/styles.mjs';
import { toPhoneUnits } from '../preview/build/units.mjs';

const SAMPLE = new URL('./sample/src', import.meta.url);
const room = mkdtempSync(join(tmpdir(), 'wenjin-preview-'));
const parts = join(room, 'parts');
let src;
let out;
let runs = 0;

before(async () => {
  cpSync(SAMPLE, parts, { recursive: true });
  await buildClient(parts);
});
beforeEach(() => {
  runs += 1;
  src = join(room, `src-${runs}`);
  out = join(room, `out-${runs}`);
  cpSync(parts, src, { recursive: true });
});
after(() => rmSync(room, { recursive: true }));

/** The problems of a build, each without the folder it happened in. */
async function problems() {
  const program = await build(src, out);
  return program.problems.list.map(
    ({ file, line, column, message }) => `${file.slice(src.length + 1)}:${line}:${column} ${message}`,
  );
}

function change(name, edit) {
  const file = join(src, name);
  writeFileSync(file, edit(readFileSync(file, 'utf8')));
}

test('the sample builds without a problem, in less than a second', async () => {
  const started = performance.now();
  assert.deepEqual(await problems(), []);
  const took = performance.now() - started;
  assert.ok(took < 1000, `${took} ms`);
});

test('a tab page in a subpackage is refused', async () => {
  change('app.json', (text) =>
    text.replace('"pages/third/third", ', '').replace('deep/deep"', 'deep/deep", "../pages/third/third"'),
  );
  const found = await problems();
  assert.ok(
    found.some((line) =>
      line.includes('tab page pages/third/third is not among the pages of the main package'),
    ),
    found.join('\n'),
  );
});

test('a page that does not exist is named at its place in app.json', async () => {
  change('app.json', (text) => text.replace('"pages/second/second"', '"pages/second/secnod"'));
  assert.match((await problems())[0], /^app\.json:2:\d+ page pages\/second\/secnod does not exist$/);
});

test('a component that does not exist is named at its place', async () => {
  change('pages/first/first.json', (text) => text.replace('stamp/stamp"', 'stamp/stmap"'));
  const found = await problems();
  assert.match(found[0], /^pages\/first\/first\.json:\d+:\d+ <stamp>: no component at/);
});

test('a tag that WeChat does not know is refused', async () => {
  change('pages/second/second.wxml', (text) => `${text}<div>x</div>`);
  assert.match((await problems())[0], /^pages\/second\/second\.wxml:4:1 <div> is neither a tag of WeChat/);
});

test('a fault in a template is told with line and column', async () => {
  change('pages/second/second.wxml', () => '<view>\n  {{ from from }}\n</view>');
  assert.match((await problems())[0], /^pages\/second\/second\.wxml:2:\d+ /);
});

test('an unclosed tag is a fault, as it is for WeChat', async () => {
  change('pages/second/second.wxml', () => '<view>\n  <text>x\n</view>');
  assert.match((await problems()).join('\n'), /second\.wxml:2:\d+ missing end tag/);
});

test('a fault in the code is told with line and column', async () => {
  change('pages/second/second.ts', () => "import { x } from './nowhere';\nPage({ data: { x } });");
  assert.match((await problems())[0], /^pages\/second\/second\.ts:1:\d+ Could not resolve "\.\/nowhere"/);
});

test('a local picture in a style sheet is refused', async () => {
  change('pages/second/second.wxss', (text) => `${text}.x { background: url("/assets/tab.png"); }`);
  assert.match(
    (await problems())[0],
    /second\.wxss:\d+:\d+ WXSS cannot load the local file \/assets\/tab\.png/,
  );
});

test('a script of a template that uses newer JavaScript than WXS knows is refused', async () => {
  change('words.wxs', (text) => text.replace('var greet', 'const greet'));
  assert.match((await problems())[0], /^words\.wxs:1:1 WXS knows ECMAScript 5 only/);
});

test('what was built before stays when a build fails', async () => {
  assert.deepEqual(await problems(), []);
  const before = readFileSync(join(out, 'program.js'), 'utf8');
  change('pages/second/second.ts', () => 'Page({');
  assert.notDeepEqual(await problems(), []);
  assert.equal(readFileSync(join(out, 'program.js'), 'utf8'), before);
});

test('a handler that the code does not have is found by the lint', () => {
  change('pages/second/second.wxml', (text) => text.replace('bind:tap="again"', 'bind:tap="agian"'));
  const found = String(lintTemplates(src));
  assert.match(found, /second\.wxml:2:\d+ bind:tap="agian": second\.ts has no method agian/);
});

test('the sample passes the lint', () => {
  assert.equal(String(lintTemplates(src)), '');
});

test('lengths of WeChat become lengths of the phone', () => {
  assert.equal(toPhoneUnits('-24rpx 1.5rpx'), 'calc(-24 * var(--rpx)) calc(1.5 * var(--rpx))');
  assert.equal(toPhoneUnits('100vh'), 'calc(100 * var(--vh))');
  assert.equal(toPhoneUnits('env(safe-area-inset-bottom)'), 'var(--safe-bottom)');
});

const selectors = [
  ['.a .b-c', { prefix: 's1' }, '.s1--a .s1--b-c'],
  [':host .a', { prefix: 's1' }, '[wx-host="s1"] .s1--a'],
  ['view.a, #b', {}, 'wx-view.a, [id$="--b"]'],
  ['page', {}, 'wx-page'],
  ['t-button .x', { prefix: 's1' }, 't-button .s1--x'],
  ['.a[data-x=".b"]', { prefix: 's1' }, '.s1--a[data-x=".b"]'],
  ['.title', { page: 'pages/a/a' }, ':where([data-route="pages/a/a"]) .title'],
];
for (const [selector, scope, expected] of selectors) {
  test(`the selector ${selector} becomes ${expected}`, () =>
    assert.equal(scopeSelector(selector, scope), expected));
}
