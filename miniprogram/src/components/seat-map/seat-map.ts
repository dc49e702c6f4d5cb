import type { AreaPlan } from '../../api/types';
import type { SeatState } from '../../logic/seat-states';
import type { Point } from '../../logic/viewport';
import { seatMapWords } from '../../words/booking';
import { palettes } from './palette';
import { Stage, type Canvas, type Setting } from './stage';

type Touches = WechatMiniprogram.TouchEvent;
type Area = WechatMiniprogram.BoundingClientRectCallbackResult;

interface Held {
  stage: Stage | null;
  /** Where the map begins on the screen: touches are told in the screen's px. */
  corner: Point;
  setting: Setting | null;
  plan: AreaPlan | null;
  states: Map<string, SeatState>;
  onTheme: (change: { theme: 'light' | 'dark' }) => void;
}

/** What must not go through data, by instance: 600 seats would be copied at each setData. */
const held = new WeakMap<object, Held>();

function holdingOf(instance: object): Held {
  const known = held.get(instance);
  if (known) return known;
  const holding: Held = {
    stage: null,
    corner: { x: 0, y: 0 },
    setting: null,
    plan: null,
    states: new Map(),
    onTheme: ({ theme }) => {
      if (!holding.setting) return;
      holding.setting = { ...holding.setting, palette: palettes[theme] };
      holding.stage?.set(holding.setting);
    },
  };
  held.set(instance, holding);
  return holding;
}

function themeNow(): 'light' | 'dark' {
  return wx.getAppBaseInfo().theme === 'dark' ? 'dark' : 'light';
}

/**
 * The plan of an area with the state of each seat. Give it a plan and states with `show`, new states with `update`;
 * it tells of a touched seat by the event `seat` {id}.
 */
Component({
  data: { covered: 0, words: seatMapWords },
  lifetimes: {
    attached() {
      wx.onThemeChange(holdingOf(this).onTheme);
      wx.nextTick(() => this.measure());
    },
    // A phone may have made the canvas only now.
    ready() {
      this.measure();
    },
    detached() {
      wx.offThemeChange(holdingOf(this).onTheme);
    },
  },
  pageLifetimes: {
    // What a canvas showed may be gone after the phone did something else.
    show() {
      this.measure();
    },
    resize() {
      this.measure();
    },
  },
  methods: {
    show(plan: AreaPlan, states: Map<string, SeatState>) {
      const holding = holdingOf(this);
      holding.plan = plan;
      holding.states = states;
      holding.stage?.show(plan);
      holding.stage?.update(states);
    },

    update(states: Map<string, SeatState>) {
      const holding = holdingOf(this);
      holding.states = states;
      holding.stage?.update(states);
    },

    /** Marks a seat (null: none) and keeps it in sight above `covered` px that a panel takes at the bottom. */
    choose(seatId: string | null, covered: number) {
      holdingOf(this).stage?.choose(seatId, covered);
      if (covered !== this.data.covered) this.setData({ covered });
    },

    /** Learns its size and place anew; to be called when the page lays itself out differently. */
    measure() {
      this.createSelectorQuery()
        .select('#plan')
        .fields({ node: true })
        .select('#touch')
        .boundingClientRect()
        .select('#still')
        .boundingClientRect()
        .exec(([canvas, area, still]: [{ node?: Canvas } | null, Area | null, Area | null]) => {
          if (canvas?.node && area?.width && area.height) this.laidOut(canvas.node, area, still?.width === 1);
        });
    },

    laidOut(canvas: Canvas, area: Area, still: boolean) {
      const holding = holdingOf(this);
      holding.corner = { x: area.left, y: area.top };
      holding.setting = {
        size: { width: area.width, height: area.height },
        pixelRatio: wx.getWindowInfo().pixelRatio,
        palette: palettes[themeNow()],
        still,
      };
      if (holding.stage) {
        holding.stage.set(holding.setting);
        return;
      }
      holding.stage = new Stage(canvas, holding.setting, ({ id }) => this.triggerEvent('seat', { id }));
      if (holding.plan) this.show(holding.plan, holding.states);
    },

    onDown(event: Touches) {
      holdingOf(this).stage?.down(this.pointsOf(event), event.timeStamp);
    },

    onMove(event: Touches) {
      holdingOf(this).stage?.move(this.pointsOf(event), event.timeStamp);
    },

    onUp(event: Touches) {
      holdingOf(this).stage?.up(this.pointsOf(event), event.timeStamp);
    },

    onZoom(event: WechatMiniprogram.BaseEvent<{}, { factor: string }>) {
      holdingOf(this).stage?.zoom(Number(event.currentTarget.dataset.factor));
    },

    pointsOf(event: Touches): Point[] {
      const { corner } = holdingOf(this);
      return event.touches.map(({ clientX, clientY }) => ({ x: clientX - corner.x, y: clientY - corner.y }));
    },
  },
});
