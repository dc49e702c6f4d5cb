/** A thin rasteriser for stroked paths: just what the icons of `lines.mjs` need. */

const GRID = 24;
const CURVE_STEPS = 16;

/** The straight pieces [x1, y1, x2, y2] of a path of the commands M L H V C Z. */
function pieces(path) {
  const found = [];
  let start = [0, 0];
  let at = [0, 0];
  const to = (x, y) => {
    found.push([...at, x, y]);
    at = [x, y];
  };
  for (const [, command, text] of path.matchAll(/([MLHVCZ])([^MLHVCZ]*)/g)) {
    const n = (text.match(/-?[\d.]+/g) ?? []).map(Number);
    if (command === 'M') start = at = [n[0], n[1]];
    else if (command === 'L') for (let i = 0; i < n.length; i += 2) to(n[i], n[i + 1]);
    else if (command === 'H') to(n[0], at[1]);
    else if (command === 'V') to(at[0], n[0]);
    else if (command === 'Z') to(...start);
    else for (let i = 0; i < n.length; i += 6) curve(at, n.slice(i, i + 6)).forEach((point) => to(...point));
  }
  return found;
}

function curve([x0, y0], [x1, y1, x2, y2, x3, y3]) {
  return Array.from({ length: CURVE_STEPS }, (_, i) => {
    const t = (i + 1) / CURVE_STEPS;
    const u = 1 - t;
    const mix = (a, b, c, d) => u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
    return [mix(x0, x1, x2, x3), mix(y0, y1, y2, y3)];
  });
}

function distance(x, y, [x1, y1, x2, y2]) {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const along =
    dx || dy ? Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

/** How much of each pixel the stroke covers, 0 to 255, row by row; `stroke` is in units of the grid. */
export function drawn(path, { size, stroke }) {
  const lines = pieces(path);
  const px = size / GRID;
  const alpha = new Uint8Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const x = (column + 0.5) / px;
      const y = (row + 0.5) / px;
      const nearest = Math.min(...lines.map((line) => distance(x, y, line)));
      const covered = (stroke / 2 - nearest) * px + 0.5;
      alpha[row * size + column] = Math.round(255 * Math.max(0, Math.min(1, covered)));
    }
  }
  return alpha;
}
