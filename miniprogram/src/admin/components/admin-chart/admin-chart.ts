import { chartOn, type Chart } from 'wenjin-charts';
import { palettes } from '../../../components/seat-map/palette';
import { look } from '../../../look';
import { kitWords } from '../../../words/admin-kit';
import { chartSay, heightOf, isBlank, linesOf, optionOf, pointSay, type ChartSchema } from '../../kit/chart';

type Area = WechatMiniprogram.BoundingClientRectCallbackResult;

interface Held {
  drawn: Chart | null;
  /** Where a finger came down, in px of the screen. */
  down: { x: number; y: number };
  draw: () => void;
}

const held = new WeakMap<object, Held>();

/**
 * One chart of the admin pages, with the table behind it one tap away.
 *
 * - `chart`: a `ChartSchema` (admin/kit/chart.ts) in the page's data; its functions come with it.
 * - A touched place says its value beneath the chart. See admin/health/health.ts for a whole page.
 */
Component({
  properties: {
    chart: { type: Object, value: null as unknown as ChartSchema },
  },
  data: {
    ...look(),
    w: kitWords,
    blank: true,
    asTable: false,
    height: 0,
    summary: '',
    said: '',
    lines: [] as ReturnType<typeof linesOf>,
  },
  observers: {
    chart(chart: ChartSchema | null) {
      if (!chart) return;
      const blank = isBlank(chart);
      this.setData(
        {
          blank,
          said: '',
          height: heightOf(chart, this.data.scale),
          summary: blank ? chart.empty : chartSay(chart),
          lines: linesOf(chart),
        },
        () => this.draw(),
      );
    },
  },
  lifetimes: {
    attached() {
      held.set(this, { drawn: null, down: { x: 0, y: 0 }, draw: () => this.draw() });
      wx.onThemeChange(held.get(this)!.draw);
    },
    detached() {
      const { drawn, draw } = held.get(this)!;
      wx.offThemeChange(draw);
      drawn?.dispose();
    },
  },
  pageLifetimes: {
    // What a canvas showed may be gone after the phone did something else.
    show() {
      this.draw();
    },
    resize() {
      this.draw();
    },
  },
  methods: {
    schema(): ChartSchema | null {
      return this.data.chart;
    },

    /** Draws anew, in the size and the colours of now. */
    draw() {
      if (!this.schema() || this.data.blank || this.data.asTable) return;
      this.createSelectorQuery()
        .select('#canvas')
        .fields({ node: true, size: true })
        .exec(([canvas]: [{ node?: unknown; width: number; height: number } | null]) => {
          const holding = held.get(this);
          const chart = this.schema();
          if (!holding || !chart || !canvas?.node || !canvas.width) return;
          const { node, width, height } = canvas;
          holding.drawn?.dispose();
          holding.drawn = chartOn(node, { width, height, devicePixelRatio: wx.getWindowInfo().pixelRatio });
          const theme = wx.getAppBaseInfo().theme === 'dark' ? 'dark' : 'light';
          holding.drawn.setOption(optionOf(chart, palettes[theme], this.data.scale));
        });
    },

    turn() {
      this.setData({ asTable: !this.data.asTable }, () => this.draw());
    },

    down(event: WechatMiniprogram.TouchEvent) {
      const [{ clientX: x, clientY: y } = { clientX: 0, clientY: 0 }] = event.touches;
      held.get(this)!.down = { x, y };
    },

    touch() {
      this.createSelectorQuery()
        .select('#canvas')
        .boundingClientRect()
        .exec(([area]: [Area | null]) => {
          const { drawn, down } = held.get(this)!;
          const chart = this.schema();
          const place = area && drawn?.convertFromPixel('grid', [down.x - area.left, down.y - area.top]);
          if (!chart || !place) return;
          const [x, y] = place.map(Math.round) as [number, number];
          const said =
            chart.kind === 'heat'
              ? pointSay(chart, y, x)
              : chart.series.map((_, of) => pointSay(chart, x, of)).join('，');
          this.setData({ said });
        });
    },
  },
});
