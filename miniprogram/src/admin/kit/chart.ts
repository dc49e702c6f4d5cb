/** What a chart of the admin pages is made of, and how it is drawn; `components/admin-chart` shows it. */

import type { Palette } from '../../components/seat-map/palette';
import { kitSay } from '../../words/admin-kit';

export interface ChartSchema {
  kind: 'bar' | 'line' | 'heat';
  name: string;
  /** What the values follow one another along; in a heat map from top to bottom. */
  steps: readonly string[];
  /** What is counted at each step, two at most; in a heat map as many as fit, from left to right. */
  series: readonly { name: string; values: readonly number[] }[];
  /** A value with its unit. */
  say(value: number): string;
  /** What is to be known beneath it. */
  facts?: string;
  /** What stands in its place when there is nothing but zeros. */
  empty: string;
}

const LABEL_PX = 13;
const GRAPH_PX = 200;
const CELL_PX = 24;
const AXIS_PX = 32;
/** How far the fullest cell goes from the tint to the river's colour: its number must stay legible. */
const FULLEST = 0.4;

export const isBlank = ({ series }: ChartSchema) => series.every(({ values }) => values.every((one) => !one));

export function heightOf({ kind, steps }: ChartSchema, scale: number): number {
  return kind === 'heat' ? Math.round((steps.length * CELL_PX + AXIS_PX) * scale) : GRAPH_PX;
}

/** One value in words; '' where there is none. */
export function pointSay(chart: ChartSchema, step: number, of: number): string {
  const series = chart.series[of];
  const value = series?.values[step];
  if (series === undefined || value === undefined) return '';
  return kitSay.point(`${chart.steps[step]} ${series.name}`, chart.say(value));
}

/** The chart in a sentence, for who does not see it: its greatest value, and where. */
export function chartSay(chart: ChartSchema): string {
  const points = chart.series.flatMap(({ values }, of) => values.map((value, step) => ({ value, step, of })));
  const most = points.reduce((best, one) => (one.value > best.value ? one : best));
  return kitSay.chart(chart.name, pointSay(chart, most.step, most.of));
}

/** Each step with its values in words, as the table behind the chart has them. */
export function linesOf({ steps, series }: ChartSchema): { name: string; values: string[] }[] {
  return steps.map((name, step) => ({
    name,
    values: series.map(({ values }) => String(values[step] ?? 0)),
  }));
}

/** What ECharts draws. */
export function optionOf(chart: ChartSchema, pens: Palette, scale: number): Record<string, unknown> {
  const label = { color: pens.quiet, fontSize: LABEL_PX * scale, hideOverlap: true };
  const common = {
    animation: false,
    grid: {
      left: 0,
      right: 0,
      top: LABEL_PX * scale,
      bottom: 0,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
  };
  return chart.kind === 'heat'
    ? { ...common, ...heat(chart, pens, label) }
    : { ...common, ...graph(chart, pens, label) };
}

function graph({ kind, steps, series }: ChartSchema, pens: Palette, label: object) {
  const tones = [pens.river, pens.ochre];
  return {
    xAxis: {
      type: 'category',
      data: steps,
      boundaryGap: kind === 'bar',
      axisTick: { show: false },
      axisLine: { lineStyle: { color: pens.line } },
      axisLabel: label,
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitNumber: 3,
      splitLine: { lineStyle: { color: pens.line } },
      axisLabel: label,
    },
    series: series.map(({ values }, of) => ({
      type: kind,
      data: values,
      barMaxWidth: 24,
      showSymbol: false,
      itemStyle: { color: tones[of], borderRadius: kind === 'bar' ? [4, 4, 0, 0] : 0 },
      lineStyle: { width: 2, color: tones[of], type: of ? 'dashed' : 'solid' },
    })),
  };
}

function heat({ steps, series }: ChartSchema, pens: Palette, label: object) {
  const most = Math.max(1, ...series.flatMap(({ values }) => values));
  const axis = { type: 'category', axisTick: { show: false }, axisLine: { show: false }, axisLabel: label };
  return {
    xAxis: { ...axis, position: 'top', data: series.map(({ name }) => name) },
    yAxis: { ...axis, inverse: true, data: steps },
    visualMap: {
      show: false,
      min: 0,
      max: most,
      inRange: { color: [pens['river-tint'], mixed(pens['river-tint'], pens.river, FULLEST)] },
    },
    series: {
      type: 'heatmap',
      data: series.flatMap(({ values }, of) => values.map((value, step) => [of, step, value || '-'])),
      label: { ...label, show: true, color: pens.ink },
      itemStyle: { borderColor: pens.card, borderWidth: 2, borderRadius: 4 },
    },
  };
}

/** A colour between two, `part` of the way. */
function mixed(from: string, to: string, part: number): string {
  const channel = (colour: string, at: number) => parseInt(colour.slice(1 + at * 2, 3 + at * 2), 16);
  const between = [0, 1, 2].map((at) => {
    const first = channel(from, at);
    return Math.round(first + (channel(to, at) - first) * part);
  });
  return `rgb(${between.join(', ')})`;
}
