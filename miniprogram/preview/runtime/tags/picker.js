// <picker>: a sheet of wheels for one choice, several columns, a time or a date.

import { overlay } from '../overlays.js';

/** @type {Record<string, import("./base.js").Tag>} */
export const picker = {
  picker: {
    properties: {
      mode: { type: String, value: 'selector' },
      range: { type: Array, value: [] },
      rangeKey: String,
      value: null,
      start: String,
      end: String,
      fields: { type: String, value: 'day' },
      headerText: String,
      disabled: Boolean,
      name: String,
    },
    lifetimes: {
      attached() {
        this.$$.setAttribute('aria-haspopup', 'dialog');
        this.addListener('tap', () => this.activate());
      },
    },
    methods: {
      async activate() {
        const { mode, disabled, headerText } = this.data;
        if (disabled) return;
        const wheels = MODES[mode]?.(this.data);
        if (!wheels) return console.error(`<picker mode="${mode}"> is not in the preview`);
        const chosen = await overlay.wheels({
          title: headerText,
          columns: wheels.columns,
          dependent: mode === 'multiSelector' ? this.tellColumn.bind(this) : wheels.dependent,
        });
        if (chosen === null) return this.triggerEvent('cancel', {});
        const value = wheels.valueOf(chosen);
        this.data.value = value;
        this.triggerEvent('change', { value });
      },
      /** The page may answer a turned column with another range. */
      tellColumn(indexes, column) {
        this.triggerEvent('columnchange', { column, value: indexes[column] });
        return MODES.multiSelector(this.data).columns;
      },
      fieldValue() {
        return this.data.value;
      },
    },
  },
};

/** Each mode: the columns (`items` and chosen `index`), and how the chosen indexes become the value. */
const MODES = {
  selector: ({ range, rangeKey, value }) => ({
    columns: [{ items: range.map((item) => labelOf(item, rangeKey)), index: Number(value) || 0 }],
    valueOf: ([index]) => String(index),
  }),
  multiSelector: ({ range, rangeKey, value }) => ({
    columns: range.map((items, i) => ({
      items: items.map((item) => labelOf(item, rangeKey)),
      index: Number(value?.[i]) || 0,
    })),
    valueOf: (indexes) => indexes,
  }),
  time: ({ value, start, end }) => {
    const [first, last] = [minutes(start, 0), minutes(end, 24 * 60 - 1)];
    const wanted = Math.min(last, Math.max(first, minutes(value, first)));
    const hours = span(Math.floor(first / 60), Math.floor(last / 60));
    const all = span(0, 59);
    const [hour, minute] = [Math.floor(wanted / 60), wanted % 60];
    return {
      columns: [
        { items: hours.map(two), index: hours.indexOf(hour) },
        { items: all.map(two), index: minute },
      ],
      valueOf: ([h, m]) => {
        const at = Math.min(last, Math.max(first, hours[h] * 60 + all[m]));
        return `${two(Math.floor(at / 60))}:${two(at % 60)}`;
      },
    };
  },
  date: ({ value, start, end, fields }) => {
    const [first, last] = [dayParts(start) ?? [1970, 1, 1], dayParts(end) ?? [2100, 12, 31]];
    const wanted = dayParts(value) ?? first;
    const years = span(first[0], last[0]);
    const depth = { year: 1, month: 2, day: 3 }[fields] ?? 3;
    const columns = ([year, month]) =>
      [
        { items: years.map((y) => `${y}年`) },
        { items: span(1, 12).map((m) => `${m}月`) },
        { items: span(1, new Date(year, month, 0).getDate()).map((d) => `${d}日`) },
      ].slice(0, depth);
    const start0 = [years.indexOf(wanted[0]), wanted[1] - 1, wanted[2] - 1];
    return {
      columns: columns(wanted).map((column, i) => ({ ...column, index: Math.max(0, start0[i]) })),
      dependent: (indexes) => columns([years[indexes[0]], (indexes[1] ?? 0) + 1]),
      valueOf: (indexes) => {
        const parts = [years[indexes[0]], two((indexes[1] ?? 0) + 1), two((indexes[2] ?? 0) + 1)].slice(
          0,
          depth,
        );
        const text = parts.join('-');
        const [low, high] = [first, last].map(([y, m, d]) => [y, two(m), two(d)].slice(0, depth).join('-'));
        return text < low ? low : text > high ? high : text;
      },
    };
  },
};

const labelOf = (item, key) => String(key ? item[key] : item);
const two = (number) => String(number).padStart(2, '0');
const span = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const dayParts = (text) => (text ? String(text).split('-').map(Number).concat([1, 1]).slice(0, 3) : null);

function minutes(text, otherwise) {
  const [hour, minute] = String(text ?? '')
    .split(':')
    .map(Number);
  return Number.isFinite(hour) && Number.isFinite(minute) ? hour * 60 + minute : otherwise;
}
