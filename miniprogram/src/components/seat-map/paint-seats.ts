import type { SeatFeature } from '../../api/types';
import type { SeatState } from '../../logic/seat-states';
import type { Palette } from './palette';
import { polyline, roundedPath, type Box, type Pen } from './pen';

/** Below this side (px) a seat is only its shape and fill; signs and marks would be dirt. */
const SIGNS_FROM = 13;
const LABEL_FROM = 26;

/** Draws many seats of one state at once: shape and fill carry the state, colour only helps. */
export function paintSeats(pen: Pen, state: SeatState, boxes: readonly Box[], colours: Palette): void {
  if (!boxes.length) return;
  const side = boxes[0]?.side ?? 0;
  pen.lineJoin = 'round';
  pen.lineWidth = Math.max(1, Math.min(1.5, side * 0.1));
  if (state === 'free') outlined(pen, boxes, colours.card, colours.river);
  else if (state === 'taken') filled(pen, boxes, colours.quiet, 0.5);
  else if (state === 'mine') paintMine(pen, boxes, colours);
  else if (state === 'soon') paintSoon(pen, boxes, colours);
  else paintClosed(pen, boxes, colours);
}

function pathOf(pen: Pen, boxes: readonly Box[]): void {
  pen.beginPath();
  boxes.forEach((box) => roundedPath(pen, box));
}

function filled(pen: Pen, boxes: readonly Box[], colour: string, alpha = 1): void {
  const before = pen.globalAlpha;
  pen.globalAlpha = before * alpha;
  pen.fillStyle = colour;
  pathOf(pen, boxes);
  pen.fill();
  pen.globalAlpha = before;
}

function outlined(pen: Pen, boxes: readonly Box[], inside: string, line: string): void {
  pen.fillStyle = inside;
  pen.strokeStyle = line;
  pathOf(pen, boxes);
  pen.fill();
  pen.stroke();
}

function paintMine(pen: Pen, boxes: readonly Box[], colours: Palette): void {
  filled(pen, boxes, colours.seal);
  pen.strokeStyle = colours['on-seal'];
  pen.lineWidth = Math.max(1, boxes[0]?.side ?? 0) * 0.05;
  pathOf(
    pen,
    boxes.map(({ x, y, side }) => ({ x: x + side * 0.08, y: y + side * 0.08, side: side * 0.84 })),
  );
  pen.stroke();
}

function paintSoon(pen: Pen, boxes: readonly Box[], colours: Palette): void {
  outlined(pen, boxes, colours.card, colours.ochre);
  for (const box of boxes) {
    pen.save();
    pen.beginPath();
    pen.rect(box.x, box.y + box.side / 2, box.side, box.side / 2);
    pen.clip();
    filled(pen, [box], colours.ochre);
    pen.restore();
    if (box.side >= SIGNS_FROM) paintClock(pen, box, colours);
  }
}

function paintClock(pen: Pen, { x, y, side }: Box, colours: Palette): void {
  const radius = side * 0.17;
  const at = { x: x + side * 0.5, y: y + side * 0.26 };
  pen.beginPath();
  pen.arc(at.x, at.y, radius, 0, Math.PI * 2);
  pen.fillStyle = colours.card;
  pen.strokeStyle = colours.ochre;
  pen.fill();
  pen.stroke();
  pen.beginPath();
  polyline(pen, [
    [at.x, at.y - radius * 0.6],
    [at.x, at.y],
    [at.x + radius * 0.5, at.y],
  ]);
  pen.stroke();
}

function paintClosed(pen: Pen, boxes: readonly Box[], colours: Palette): void {
  outlined(pen, boxes, colours.paper, colours.quiet);
  pen.lineWidth = 1;
  for (const box of boxes) {
    pen.save();
    pen.beginPath();
    roundedPath(pen, box);
    pen.clip();
    pen.beginPath();
    for (let at = 0.3; at < 2; at += 0.35) {
      pen.moveTo(box.x + box.side * at, box.y);
      pen.lineTo(box.x, box.y + box.side * at);
    }
    pen.stroke();
    pen.restore();
  }
}

/** The chosen seat: a thick outline and a tick, larger than its neighbours. */
export function paintChosen(pen: Pen, { x, y, side }: Box, colours: Palette): void {
  const grown = { x: x - side * 0.1, y: y - side * 0.1, side: side * 1.2 };
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  pen.lineWidth = Math.max(2.5, side * 0.12);
  outlined(pen, [grown], colours['river-tint'], colours.river);
  pen.beginPath();
  const lift = side >= LABEL_FROM ? side * 0.14 : 0;
  polyline(pen, [
    [x + side * 0.28, y + side * 0.54 - lift],
    [x + side * 0.44, y + side * 0.68 - lift],
    [x + side * 0.74, y + side * 0.36 - lift],
  ]);
  pen.stroke();
  pen.lineCap = 'butt';
}

export function labelFits(side: number): boolean {
  return side >= LABEL_FROM;
}

const LABEL_COLOUR: Record<SeatState, keyof Palette> = {
  free: 'ink',
  taken: 'ink',
  soon: 'card',
  mine: 'on-seal',
  closed: 'quiet',
};

/** The label's last part is enough where the whole would not fit: the row is seen from its neighbours. */
export function paintLabel(
  pen: Pen,
  label: string,
  box: Box,
  look: SeatState | 'chosen',
  colours: Palette,
): void {
  const size = Math.min(box.side * 0.3, 17);
  // Some phones know no other weights on a canvas.
  pen.font = `bold ${size}px sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillStyle = colours[look === 'chosen' ? 'river' : LABEL_COLOUR[look]];
  // Below the tick of the chosen seat, and in the filled half of a seat whose other half holds the clock.
  const down = look === 'chosen' ? 0.82 : look === 'soon' ? 0.76 : 0.42;
  pen.fillText(label, box.x + box.side / 2, box.y + box.side * down);
}

/** Facts of a seat as tiny marks along its lower edge. */
export function paintMarks(pen: Pen, features: readonly SeatFeature[], box: Box, colour: string): void {
  const size = box.side * 0.18;
  const gap = size * 0.6;
  const width = features.length * size + (features.length - 1) * gap;
  let x = box.x + (box.side - width) / 2;
  const y = box.y + box.side * 0.68;
  pen.strokeStyle = colour;
  pen.fillStyle = colour;
  pen.lineWidth = Math.max(1, size * 0.16);
  for (const feature of features) {
    pen.beginPath();
    MARKS[feature](pen, x, y, size);
    pen.stroke();
    x += size + gap;
  }
}

type Mark = (pen: Pen, x: number, y: number, size: number) => void;

/** The same signs as the icons of the legend, as far as seven pixels allow. */
const MARKS: Record<SeatFeature, Mark> = {
  socket: (pen, x, y, s) => {
    pen.rect(x, y, s, s);
    polyline(pen, [at(x + s * 0.35, y + s * 0.3), at(x + s * 0.35, y + s * 0.65)]);
    polyline(pen, [at(x + s * 0.65, y + s * 0.3), at(x + s * 0.65, y + s * 0.65)]);
  },
  window: (pen, x, y, s) => {
    pen.rect(x, y, s, s);
    polyline(pen, [at(x + s / 2, y), at(x + s / 2, y + s)]);
    polyline(pen, [at(x, y + s / 2), at(x + s, y + s / 2)]);
  },
  quiet: (pen, x, y, s) => {
    const speaker = [at(x, y + s * 0.5), at(x + s * 0.5, y), at(x + s * 0.5, y + s)];
    polyline(pen, speaker);
    pen.closePath();
    polyline(pen, [at(x + s * 0.7, y + s * 0.3), at(x + s, y + s * 0.7)]);
    polyline(pen, [at(x + s, y + s * 0.3), at(x + s * 0.7, y + s * 0.7)]);
  },
  lift: (pen, x, y, s) => {
    pen.rect(x, y, s, s);
    polyline(pen, [at(x + s * 0.3, y + s * 0.42), at(x + s / 2, y + s * 0.2), at(x + s * 0.7, y + s * 0.42)]);
    polyline(pen, [at(x + s * 0.3, y + s * 0.58), at(x + s / 2, y + s * 0.8), at(x + s * 0.7, y + s * 0.58)]);
  },
  accessible: (pen, x, y, s) => {
    const body = [at(x + s * 0.35, y), at(x + s * 0.35, y + s * 0.5), at(x + s * 0.75, y + s * 0.5)];
    polyline(pen, [...body, at(x + s * 0.9, y + s)]);
    pen.moveTo(x + s * 0.65, y + s * 0.75);
    pen.arc(x + s * 0.35, y + s * 0.72, s * 0.3, 0, Math.PI * 1.4);
  },
};

function at(x: number, y: number): readonly [number, number] {
  return [x, y];
}
