import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf, piecesOf } from '../src/logic/article';

test('an empty line parts paragraphs and a line that begins with a sign is a heading', () => {
  assert.deepEqual(blocksOf('# 一层\n服务台\n存包柜\n\n\n自习大厅\n# 二层'), [
    { heading: true, text: '一层' },
    { heading: false, text: '服务台\n存包柜' },
    { heading: false, text: '自习大厅' },
    { heading: true, text: '二层' },
  ]);
  assert.deepEqual(blocksOf('#1 号桌'), [{ heading: false, text: '#1 号桌' }]);
  assert.deepEqual(blocksOf(''), []);
});

test('marks part a text into pieces that together are the text', () => {
  const marks = [
    { start: 2, end: 4 },
    { start: 5, end: 6 },
  ];
  const pieces = piecesOf('😀自习和室', marks);
  assert.deepEqual(pieces, [
    { text: '😀', marked: false },
    { text: '自习', marked: true },
    { text: '和', marked: false },
    { text: '室', marked: true },
  ]);
  assert.equal(pieces.map(({ text }) => text).join(''), '😀自习和室');
  assert.deepEqual(piecesOf('没有', []), [{ text: '没有', marked: false }]);
});
