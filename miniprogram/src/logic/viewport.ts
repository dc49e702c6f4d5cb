/**
 * How a plan (in plan units) lies on a screen (in px): `screen = plan × scale + offset`.
 * Every function returns a new view; nothing here draws or knows a touch.
 */

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface View {
  /** Pixels per plan unit. */
  scale: number;
  x: number;
  y: number;
}

/** Everything that stays the same while fingers move. */
export interface Frame {
  plan: Size;
  screen: Size;
  /** Pixels at the bottom that something else covers, such as the panel of the chosen seat. */
  covered: number;
}

/** Space around the plan when all of it is shown, px. */
const MARGIN = 12;

/** One seat (12 units) is then 96 px wide: nobody needs more. */
const LARGEST_SCALE = 8;

export function wholeScale({ plan, screen }: Frame): number {
  const across = (screen.width - 2 * MARGIN) / plan.width;
  const down = (screen.height - 2 * MARGIN) / plan.height;
  return Math.max(Math.min(across, down), 0.01);
}

/** The whole plan, in the middle. */
export function whole(frame: Frame): View {
  return held({ scale: wholeScale(frame), x: 0, y: 0 }, frame);
}

/**
 * Where to begin: as large as the plan fills the screen's longer side, so that seats can be told apart, but no seat
 * wider than `widest` px for a small room; the middle of the plan in the middle.
 */
export function opening(frame: Frame, seatSize: number, widest: number): View {
  const { plan, screen } = frame;
  const filling = Math.max(screen.width / plan.width, screen.height / plan.height);
  const scale = Math.max(wholeScale(frame), Math.min(filling, widest / seatSize));
  const x = (screen.width - plan.width * scale) / 2;
  return held({ scale, x, y: (screen.height - plan.height * scale) / 2 }, frame);
}

/** The same view with its scale within limits and the plan never dragged out of sight. */
export function held(view: View, frame: Frame): View {
  const scale = scaleWithin(view.scale, frame);
  const free = frame.screen.height - frame.covered;
  return {
    scale,
    x: heldAlong(view.x, frame.plan.width * scale, frame.screen.width),
    y: heldAlong(view.y, frame.plan.height * scale, free),
  };
}

function heldAlong(offset: number, length: number, room: number): number {
  if (length + 2 * MARGIN <= room) return (room - length) / 2;
  return Math.min(MARGIN, Math.max(room - length - MARGIN, offset));
}

export function panned(view: View, by: Point, frame: Frame): View {
  return held({ scale: view.scale, x: view.x + by.x, y: view.y + by.y }, frame);
}

/** Larger or smaller by `factor`, while what lies under the screen point `at` stays under it. */
export function zoomed(view: View, factor: number, at: Point, frame: Frame): View {
  return carried(view, factor, at, at, frame);
}

/** Two fingers went from `before` to `after`: zoom by their distance, pan by their middle. */
export function pinched(view: View, before: [Point, Point], after: [Point, Point], frame: Frame): View {
  const factor = distance(after) / Math.max(distance(before), 1);
  return carried(view, factor, middle(before), middle(after), frame);
}

/** What lay under the screen point `from` now lies under `to`, larger by `factor`. */
function carried(view: View, factor: number, from: Point, to: Point, frame: Frame): View {
  const scale = scaleWithin(view.scale * factor, frame);
  const grown = scale / view.scale;
  return held({ scale, x: to.x - (from.x - view.x) * grown, y: to.y - (from.y - view.y) * grown }, frame);
}

function scaleWithin(scale: number, frame: Frame): number {
  const smallest = wholeScale(frame);
  return Math.min(Math.max(scale, smallest), Math.max(LARGEST_SCALE, smallest));
}

/** Brings a plan point to where it can be seen, at least at `scale`; a view that shows it well stays as it is. */
export function shown(view: View, point: Point, scale: number, frame: Frame): View {
  const free = { width: frame.screen.width, height: frame.screen.height - frame.covered };
  if (view.scale < scale) {
    return held({ scale, x: free.width / 2 - point.x * scale, y: free.height / 2 - point.y * scale }, frame);
  }
  const at = onScreen(view, point);
  const edge = 48;
  const x = Math.min(Math.max(at.x, edge), free.width - edge);
  const y = Math.min(Math.max(at.y, edge), free.height - edge);
  return panned(view, { x: x - at.x, y: y - at.y }, frame);
}

/** `part` 0 is `from`, 1 is `to`; the scale moves evenly to the eye. */
export function between(from: View, to: View, part: number): View {
  const scale = from.scale * Math.pow(to.scale / from.scale, part);
  const grown = to.scale === from.scale ? part : (scale - from.scale) / (to.scale - from.scale);
  return { scale, x: from.x + (to.x - from.x) * grown, y: from.y + (to.y - from.y) * grown };
}

export function onScreen(view: View, point: Point): Point {
  return { x: point.x * view.scale + view.x, y: point.y * view.scale + view.y };
}

export function onPlan(view: View, point: Point): Point {
  return { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
}

/** The plan's rectangle that the screen shows, grown by `spare` units on each side. */
export function visible(view: View, screen: Size, spare: number): { from: Point; to: Point } {
  const from = onPlan(view, { x: 0, y: 0 });
  const to = onPlan(view, { x: screen.width, y: screen.height });
  return {
    from: { x: from.x - spare, y: from.y - spare },
    to: { x: to.x + spare, y: to.y + spare },
  };
}

function middle([a, b]: [Point, Point]): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance([a, b]: [Point, Point]): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
