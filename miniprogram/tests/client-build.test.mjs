import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import vm from 'node:vm';

import { buildClient } from '../build/client.mjs';
import { iconSheet } from '../build/tdesign-icons.mjs';

const src = mkdtempSync(join(tmpdir(), 'wenjin-client-'));
const npm = join(src, 'miniprogram_npm');

before(async () => {
  cpSync(new URL('./sample/src', import.meta.url), src, { recursive: true });
  assert.equal(await buildClient(src), true);
});
after(() => rmSync(src, { recursive: true }));

const files = () =>
  readdirSync(npm, { recursive: true }).filter((name) => statSync(join(npm, name)).isFile());

test('only the components in use and what they need are taken over', () => {
  const folders = readdirSync(join(npm, 'tdesign-miniprogram'));
  for (const needed of ['button', 'popup', 'icon', 'loading', 'overlay'])
    assert.ok(folders.includes(needed), needed);
  for (const other of ['calendar', 'upload', 'table']) assert.ok(!folders.includes(other), other);
});

test('nothing names another host', () => {
  for (const name of files().filter((file) => !file.endsWith('LICENSE'))) {
    const text = readFileSync(join(npm, name), 'utf8').replaceAll('http://www.w3.org/2000/svg', '');
    const hosts = (text.match(/(https?:)?\/\/[a-z0-9-]+(\.[a-z0-9-]+)+/gi) ?? []).filter(
      // a name that cannot exist, and the address in an error message of socket.io
      (host) => !/same\.invalid|socket\.io$/.test(host),
    );
    assert.deepEqual(hosts, [], name);
  }
});

test('icons are masks in the colour of the text', () => {
  const sheet = readFileSync(join(npm, 'tdesign-miniprogram/icon/icon.wxss'), 'utf8');
  assert.doesNotMatch(sheet, /font-face|font-family/);
  assert.match(sheet, /\.t-icon-close:before\{-webkit-mask-image:url\("data:image\/svg\+xml,/);
  assert.match(sheet, /background:currentColor/);
});

test('no icon speaks of a part of a file that is not there', () => {
  const words = join(npm, 'words.ts');
  writeFileSync(words, "export const all = ['send', 'close'];");
  const sheet = iconSheet('', [words]);
  assert.match(sheet, /\.t-icon-send:before/);
  assert.doesNotMatch(sheet, /url\(%23|clip-path/);
  rmSync(words);
});

test('a second build finds nothing to do, and a change builds again', async () => {
  assert.equal(await buildClient(src), false);
  writeFileSync(
    join(src, 'pages/third/third.json'),
    '{ "usingComponents": { "t-tag": "tdesign-miniprogram/tag/tag" } }',
  );
  assert.equal(await buildClient(src), true);
  assert.ok(existsSync(join(npm, 'tdesign-miniprogram/tag/tag.js')));
});

test('the live connection runs where there is neither a window nor eval', async () => {
  const opened = [];
  const open = [];
  let closed = 0;
  const wx = {
    connectSocket: ({ url }) => {
      opened.push(url);
      const onOpen = (listener) => open.push(listener);
      return { onOpen, onMessage() {}, onError() {}, onClose() {}, send() {}, close: () => (closed += 1) };
    },
  };
  const box = vm.createContext(
    { wx, setTimeout, clearTimeout, module: { exports: {} }, exports: {} },
    { codeGeneration: { strings: false, wasm: false } },
  );
  vm.runInContext(readFileSync(join(npm, 'wenjin-socket/index.js'), 'utf8'), box);
  const { io } = box.module.exports;
  const [here, there] = [
    io(undefined, { reconnection: false }),
    io('https://library.example.org', { reconnection: false }),
  ];
  await new Promise((resolve) => setTimeout(resolve, 50));
  here.disconnect();
  there.disconnect();
  assert.match(opened[0], /^\/socket\.io\/\?EIO=4&transport=websocket/);
  assert.match(opened[1], /^wss:\/\/library\.example\.org\/socket\.io\/\?EIO=4&transport=websocket/);

  // given up before they were open, and open all the same: they are closed once more
  assert.equal(closed, 2);
  open.forEach((listener) => listener({}));
  assert.equal(closed, 4);
});
