import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { palettes } from '../src/components/seat-map/palette';

const tokens = readFileSync('miniprogram/src/styles/tokens.wxss', 'utf8');

test('the map and the charts draw with the same colours as every page, in light and in dark', () => {
  const [light, dark] = tokens.split('prefers-color-scheme: dark');
  assert.ok(light && dark);
  for (const [theme, text] of Object.entries({ light, dark })) {
    const colours = palettes[theme as 'light' | 'dark'];
    for (const [name, value] of Object.entries(colours)) {
      assert.equal(new RegExp(`--${name}: (#[0-9a-f]+);`).exec(text)?.[1], value, `${name} in ${theme}`);
    }
  }
});
