import type { AreaPlan, PlanSeat } from '../../api/types';
import { Gestures, type Gesture } from '../../logic/gesture';
import { SEAT_SIZE, seatAt } from '../../logic/seat-hit';
import type { SeatState } from '../../logic/seat-states';
import {
  between,
  held,
  opening,
  panned,
  pinched,
  shown,
  visible,
  whole,
  wholeScale,
  zoomed,
  type Frame,
  type Point,
  type Size,
  type View,
} from '../../logic/viewport';
import { paintRoom } from './paint-room';
import { labelFits, paintChosen, paintLabel, paintMarks, paintSeats } from './paint-seats';
import type { Palette } from './palette';
import type { Box, Pen } from './pen';

export interface Canvas {
  width: number;
  height: number;
  getContext(kind: '2d'): Pen;
  requestAnimationFrame(draw: () => void): number;
}

export interface Setting {
  size: Size;
  pixelRatio: number;
  palette: Palette;
  /** Whether the reader asked for less motion. */
  still: boolean;
}

const MOTION_MS = 180;
/** A chosen seat is brought to at least this width, px: a fingertip's. A small room opens with seats as wide. */
const CHOSEN_WIDTH = 44;
const DOUBLE_TAP_ZOOM = 2.2;
/** How much of its speed a flung plan keeps over one ms. */
const FRICTION = 0.996;
/** Marks of a seat's facts are drawn from this much of the whole plan's scale on. */
const MARKS_FROM = 1.5;

interface Glide {
  from: View;
  to: View;
  at: number;
}

interface Fade {
  from: SeatState;
  at: number;
}

/**
 * One plan on one canvas: keeps the view, draws at most once per frame and only when something changed. Seats live
 * here and never in a page's data.
 */
export class Stage {
  private readonly pen: Pen;
  private readonly gestures = new Gestures();
  private readonly fades = new Map<string, Fade>();
  private plan: AreaPlan | null = null;
  private states = new Map<string, SeatState>();
  private chosenId: string | null = null;
  private covered = 0;
  private view: View = { scale: 1, x: 0, y: 0 };
  private glide: Glide | null = null;
  private fling: { speed: Point; at: number } | null = null;
  private queued = false;

  constructor(
    private readonly canvas: Canvas,
    private setting: Setting,
    private readonly onSeat: (seat: PlanSeat) => void,
  ) {
    this.pen = canvas.getContext('2d');
    this.set(setting);
  }

  set(setting: Setting): void {
    this.setting = setting;
    this.canvas.width = Math.round(setting.size.width * setting.pixelRatio);
    this.canvas.height = Math.round(setting.size.height * setting.pixelRatio);
    if (this.plan) this.view = held(this.view, this.frame());
    this.invalidate();
  }

  show(plan: AreaPlan): void {
    const again = this.plan?.id === plan.id;
    this.plan = plan;
    if (!again) this.view = opening(this.frame(), SEAT_SIZE, CHOSEN_WIDTH);
    this.invalidate();
  }

  /** New states; each seat whose state differs cross-fades to it. */
  update(states: Map<string, SeatState>): void {
    const at = Date.now();
    if (this.states.size && !this.setting.still) {
      for (const [id, state] of states) {
        const from = this.states.get(id);
        if (from && from !== state) this.fades.set(id, { from, at });
      }
    }
    this.states = states;
    this.invalidate();
  }

  /** Marks a seat as chosen and brings it into sight above `covered` px at the bottom; null marks none. */
  choose(seatId: string | null, covered: number): void {
    this.chosenId = seatId;
    this.covered = covered;
    const seat = this.plan?.seats.find(({ id }) => id === seatId);
    if (seat) this.goTo(shown(this.view, seat, CHOSEN_WIDTH / SEAT_SIZE, this.frame()));
    else if (this.plan) this.goTo(held(this.view, this.frame()));
    this.invalidate();
  }

  /** Zooms about the middle of what can be seen; 0 shows the whole plan. */
  zoom(factor: number): void {
    if (!this.plan) return;
    const { screen } = this.frame();
    const middle = { x: screen.width / 2, y: (screen.height - this.covered) / 2 };
    this.goTo(
      factor ? zoomed(this.glide?.to ?? this.view, factor, middle, this.frame()) : whole(this.frame()),
    );
  }

  /** Fingers as they happened: `time` is the event's own, since a busy phone hands it on late. */
  down(fingers: Point[], time: number): void {
    this.glide = null;
    this.fling = null;
    this.gestures.down(fingers, time);
  }

  move(fingers: Point[], time: number): void {
    this.obey(this.gestures.move(fingers, time));
  }

  up(fingers: Point[], time: number): void {
    this.obey(this.gestures.up(fingers, time));
  }

  private obey(gesture: Gesture | null): void {
    if (!gesture || !this.plan) return;
    const frame = this.frame();
    if (gesture.kind === 'pan') this.view = panned(this.view, gesture.by, frame);
    else if (gesture.kind === 'pinch') this.view = pinched(this.view, gesture.before, gesture.after, frame);
    else if (gesture.kind === 'double-tap') this.goTo(zoomed(this.view, DOUBLE_TAP_ZOOM, gesture.at, frame));
    else if (gesture.kind === 'fling') {
      if (!this.setting.still) this.fling = { speed: gesture.speed, at: Date.now() };
    } else this.touched(gesture.at);
    this.invalidate();
  }

  private touched(at: Point): void {
    const seats = this.plan?.seats ?? [];
    const wanted = ({ id }: PlanSeat) => ['free', 'mine'].includes(this.states.get(id) ?? '');
    const seat = seatAt(seats, this.view, at, wanted);
    if (seat) this.onSeat(seat);
  }

  private frame(): Frame {
    const plan = this.plan ?? { width: 1, height: 1 };
    return { plan, screen: this.setting.size, covered: this.covered };
  }

  private goTo(to: View): void {
    if (this.setting.still) this.view = to;
    else this.glide = { from: this.view, to, at: Date.now() };
    this.invalidate();
  }

  private invalidate(): void {
    if (this.queued) return;
    this.queued = true;
    this.canvas.requestAnimationFrame(() => {
      this.queued = false;
      const now = Date.now();
      this.advance(now);
      this.draw(now);
      if (this.glide || this.fling || this.fades.size) this.invalidate();
    });
  }

  private advance(now: number): void {
    if (this.glide) {
      const part = Math.min((now - this.glide.at) / MOTION_MS, 1);
      this.view = between(this.glide.from, this.glide.to, 1 - Math.pow(1 - part, 3));
      if (part === 1) this.glide = null;
    }
    if (this.fling) {
      const passed = now - this.fling.at;
      const { x, y } = this.fling.speed;
      this.view = panned(this.view, { x: x * passed, y: y * passed }, this.frame());
      const kept = Math.pow(FRICTION, passed);
      this.fling = Math.hypot(x, y) * kept < 0.02 ? null : { speed: { x: x * kept, y: y * kept }, at: now };
    }
    for (const [id, fade] of this.fades) if (now - fade.at >= MOTION_MS) this.fades.delete(id);
  }

  private draw(now: number): void {
    const { pen, plan, view, setting } = this;
    const { size, pixelRatio, palette } = setting;
    pen.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    pen.clearRect(0, 0, size.width, size.height);
    if (!plan) return;
    paintRoom(pen, plan, plan.shapes, view, palette);
    const seats = this.inSight(plan);
    const steady = new Map<SeatState, Box[]>();
    for (const seat of seats) {
      const state = this.states.get(seat.id);
      if (!state || seat.id === this.chosenId) continue;
      const fade = this.fades.get(seat.id);
      if (fade) this.drawFading(this.box(seat), fade, state, now);
      else {
        const boxes = steady.get(state);
        if (boxes) boxes.push(this.box(seat));
        else steady.set(state, [this.box(seat)]);
      }
    }
    for (const [state, boxes] of steady) paintSeats(pen, state, boxes, palette);
    const chosen = plan.seats.find(({ id }) => id === this.chosenId);
    if (chosen) paintChosen(pen, this.box(chosen), palette);
    this.drawWords(seats, plan);
  }

  private drawFading(box: Box, fade: Fade, to: SeatState, now: number): void {
    const part = Math.min((now - fade.at) / MOTION_MS, 1);
    this.pen.globalAlpha = 1 - part;
    paintSeats(this.pen, fade.from, [box], this.setting.palette);
    this.pen.globalAlpha = part;
    paintSeats(this.pen, to, [box], this.setting.palette);
    this.pen.globalAlpha = 1;
  }

  private drawWords(seats: readonly PlanSeat[], plan: AreaPlan): void {
    const { pen, view } = this;
    const { palette } = this.setting;
    const marked = view.scale >= wholeScale({ ...this.frame(), plan }) * MARKS_FROM;
    for (const seat of seats) {
      const state = this.states.get(seat.id);
      const box = this.box(seat);
      if (!state || !labelFits(box.side)) continue;
      const chosen = seat.id === this.chosenId;
      paintLabel(pen, seat.label, box, chosen ? 'chosen' : state, palette);
      if (marked && !chosen && (state === 'free' || state === 'taken'))
        paintMarks(pen, seat.features, box, palette.quiet);
    }
  }

  private inSight(plan: AreaPlan): PlanSeat[] {
    const { from, to } = visible(this.view, this.setting.size, SEAT_SIZE);
    return plan.seats.filter(({ x, y }) => x >= from.x && x <= to.x && y >= from.y && y <= to.y);
  }

  private box(seat: PlanSeat): Box {
    const side = SEAT_SIZE * this.view.scale * 0.84;
    return {
      x: seat.x * this.view.scale + this.view.x - side / 2,
      y: seat.y * this.view.scale + this.view.y - side / 2,
      side,
    };
  }
}
