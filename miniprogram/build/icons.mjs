/**
 * Draws the client's icons: `styles/icons.wxss` (all of them, as masks that take the text's colour) and the pictures
 * of the tab bar, which WeChat only takes as PNG files of 81 × 81. Run it after changing `icons/lines.mjs`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lines } from './icons/lines.mjs';
import { drawn } from './icons/draw.mjs';
import { png } from './icons/png.mjs';

const src = fileURLToPath(new URL('../src/', import.meta.url));
const STROKE = 1.5;
const SELECTED_STROKE = 2;
const TAB_PX = 81;

const tabs = { home: 'home', booking: 'calendar', chat: 'chat', messages: 'bell', me: 'person' };
const tabColours = {
  '': '#5b6770',
  '-selected': '#1b6b73',
  '-dark': '#a3adb3',
  '-selected-dark': '#6fc3c9',
};

const base = `/* Made by miniprogram/build/icons.mjs. An icon takes the colour of the text around it. */

.icon {
  display: inline-block;
  flex: none;
  width: var(--icon);
  height: var(--icon);
  background-color: currentColor;
  -webkit-mask-position: center;
  -webkit-mask-repeat: no-repeat;
  -webkit-mask-size: contain;
}

.icon-small {
  width: var(--icon-small);
  height: var(--icon-small);
}
`;

/** An SVG as the url of a mask. */
function maskOf(path) {
  const svg =
    `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='#000' ` +
    `stroke-width='${STROKE}' stroke-linecap='round' stroke-linejoin='round'><path d='${path}'/></svg>`;
  return `url("data:image/svg+xml,${svg.replace(/[<>#]/g, encodeURIComponent)}")`;
}

const rules = Object.entries(lines).map(
  ([name, path]) => `\n.icon-${name} {\n  -webkit-mask-image: ${maskOf(path)};\n}\n`,
);
writeFileSync(`${src}styles/icons.wxss`, base + rules.join(''));

mkdirSync(`${src}assets/tabs`, { recursive: true });
for (const [tab, icon] of Object.entries(tabs)) {
  for (const [suffix, colour] of Object.entries(tabColours)) {
    const stroke = suffix.includes('selected') ? SELECTED_STROKE : STROKE;
    writeFileSync(
      `${src}assets/tabs/${tab}${suffix}.png`,
      png(drawn(lines[icon], { size: TAB_PX, stroke }), TAB_PX, colour),
    );
  }
}
