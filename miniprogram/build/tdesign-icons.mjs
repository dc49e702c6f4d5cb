// TDesign's icons without its font: each icon that may be named gets a mask of its own, in the colour of the text.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import postcss from 'postcss';

const SVGS = path.join(
  path.dirname(createRequire(import.meta.url).resolve('tdesign-icons-svg/package.json')),
  'src',
);
/** The product's line icons are this wide on the 24 grid; TDesign draws 2. */
const STROKE = '1.5';
const GLYPH = /^\.t-icon-[a-z0-9-]+::?before$/;

/**
 * @param {string} original TDesign's icon.wxss
 * @param {string[]} files whose quoted words may name icons
 * @returns {string} the sheet without the font and without any host
 */
export function iconSheet(original, files) {
  const sheet = postcss.parse(original);
  sheet.walkAtRules('font-face', (rule) => rule.remove());
  sheet.walkRules((rule) => {
    if (GLYPH.test(rule.selector)) rule.remove();
  });
  sheet.walkDecls('font-family', (declaration) => declaration.remove());
  const masks = namedIcons(files).map((name) => `.t-icon-${name}:before{-webkit-mask-image:${mask(name)}}`);
  const drawn =
    '.t-icon-base:before{content:"";display:block;width:1em;height:1em;background:currentColor;' +
    '-webkit-mask-position:center;-webkit-mask-repeat:no-repeat;-webkit-mask-size:contain}';
  return [sheet.toString(), drawn, ...masks, ''].join('\n');
}

/** A name may be computed, so every quoted word that is an icon's name counts. @param {string[]} files */
function namedIcons(files) {
  const known = new Set(fs.readdirSync(SVGS).map((name) => path.basename(name, '.svg')));
  const words = new Set();
  for (const file of files) {
    for (const [, word] of fs.readFileSync(file, 'utf8').matchAll(/["'`]([a-z][a-z0-9-]{1,40})["'`]/g))
      words.add(word);
  }
  return [...words].filter((word) => known.has(word)).sort();
}

/** @param {string} name */
function mask(name) {
  const svg = fs
    .readFileSync(path.join(SVGS, `${name}.svg`), 'utf8')
    .replace(/ (view-box|width="1em"|height="1em"|class|id|clip-path)(="[^"]*")?/g, '')
    // Some are cut to the grid that they fill anyway, by an id that a mask in a sheet cannot point at.
    .replace(/ clip-path="[^"]*"|<defs>.*?<\/defs>/gs, '')
    .replace('<svg', '<svg viewBox="0 0 24 24"')
    .replace(/stroke-width="2"/g, `stroke-width="${STROKE}"`)
    .replace(/currentColor/g, '#000')
    .replace(/<path[^>]*fill="transparent"[^>]*><\/path>/g, '');
  return `url("data:image/svg+xml,${svg.replace(/"/g, "'").replace(/#/g, '%23').replace(/</g, '%3C').replace(/>/g, '%3E')}")`;
}
