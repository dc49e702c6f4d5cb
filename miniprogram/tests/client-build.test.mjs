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
const forAdmin = join(src, 'admin/miniprogram_npm');

before(async () => {
  cpSync(new URL('./sample/src', import.meta.url), src, { recursive: true });
  assert.equal(await buildClient(src), true);
});
after(() => rmSync(src, { recursive: true }));

const files = () =>
  [npm, forAdmin].flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile()),
  );

test('only the components in use and what they need are taken over', () => {
  const folders = readdirSync(join(npm, 'tdesign-miniprogram'));
  for (const needed of ['button', 'popup', 'icon', 'loading', 'overlay'])
    assert.ok(folders.includes(needed), needed);
  for (const other of ['calendar', 'upload', 'table']) assert.ok(!folders.includes(other), other);
});

test('nothing names another host', () => {
  for (const name of files().filter((file) => !/LICENSE|NOTICE|LEGAL/.test(file))) {
    const text = readFileSync(name, 'utf8').replaceAll('http://www.w3.org/2000/svg', '');
    const hosts = (text.match(/(https?:)?\/\/([a-z0-9-]+\.)+[a-z]{2,}/gi) ?? []).filter(
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

test('a chart is drawn where there is neither a document nor eval', () => {
  const drawn = [];
  const pen = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...values) =>
          void drawn.push([name, ...values]),
      set: () => true,
    },
  );
  const box = vm.createContext(
    { wx: { getSystemInfoSync() {} }, setTimeout, clearTimeout, module: { exports: {} }, exports: {} },
    { codeGeneration: { strings: false, wasm: false } },
  );
  vm.runInContext(readFileSync(join(forAdmin, 'wenjin-charts/index.js'), 'utf8'), box);
  const canvas = { getContext: () => pen };
  const size = { width: 300, height: 200, devicePixelRatio: 2 };
  const days = { type: 'category', data: ['周一', '周二'] };
  const hours = { type: 'category', data: ['8:00', '9:00'] };
  const heat = { type: 'heatmap', data: [[0, 1, 3]] };
  for (const [kind, yAxis, series] of [
    ['line', { type: 'value' }, { type: 'line', data: [3, 7] }],
    ['heat', hours, heat],
    ['bar', { type: 'value' }, { type: 'bar', data: [3, 7] }],
  ]) {
    drawn.length = 0;
    const chart = box.module.exports.chartOn(canvas, size);
    chart.setOption({
      animation: false,
      xAxis: days,
      yAxis,
      series,
      ...(kind === 'heat' && { visualMap: { show: false } }),
    });
    chart.getZr().flush();
    assert.ok(
      drawn.some(([name, text]) => name === 'fillText' && text === '周二'),
      kind,
    );
    assert.equal(chart.convertFromPixel('grid', [200, 100])[0], 1);
    chart.dispose();
  }
  assert.deepEqual([canvas.width, canvas.height], [600, 400]);
});
