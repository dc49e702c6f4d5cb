import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  chartSay,
  heightOf,
  isBlank,
  linesOf,
  optionOf,
  pointSay,
  type ChartSchema,
} from '../src/admin/kit/chart';
import {
  changedKeys,
  differences,
  mineOverTheirs,
  refusedField,
  sayValue,
  valuesOf,
  written,
  wrongFields,
  type Field,
  type FieldGroup,
  type FormSchema,
} from '../src/admin/kit/form';
import { askedPath } from '../src/admin/kit/list';
import { palettes } from '../src/components/seat-map/palette';

const field = (kind: Field['kind'], key: string, more: Partial<Field> = {}): Field => ({
  kind,
  key,
  label: key,
  ...more,
});

const groups: FieldGroup[] = [
  {
    fields: [
      field('text', 'title', { needed: true }),
      field('number', 'count', { range: '1 到 20', unit: '次' }),
    ],
  },
  {
    fields: [
      field('switch', 'open'),
      field('choice', 'kind', { choices: [{ value: 'a', name: '甲' }] }),
      field('tags', 'tags'),
      field('span', 'when'),
      field('person', 'who'),
    ],
  },
];
const item = {
  title: '通知',
  count: 3,
  open: true,
  kind: 'a',
  tags: ['新'],
  when: { from: '2026-11-24T08:00:00+08:00', until: '2026-11-24T09:00:00+08:00' },
  who: { id: '7', name: '何馆员' },
  version: 2,
};
const schema = { groups } as unknown as FormSchema<typeof item>;

test('an item survives the way through the fields, numbers as text and back', () => {
  const values = valuesOf(schema, item);
  assert.equal(values['count'], '3');
  assert.deepEqual(wrongFields(groups, values), {});
  assert.deepEqual({ ...written(groups, values), version: 2 }, item);
});

test('what an item does not have begins empty', () => {
  const values = valuesOf(schema, {} as typeof item);
  assert.deepEqual(values, {
    title: '',
    count: '',
    open: false,
    kind: '',
    tags: [],
    when: { from: '', until: '' },
    who: null,
  });
  assert.deepEqual(Object.keys(wrongFields(groups, values)), ['title', 'count']);
});

test('only whole numbers are numbers, and the sentence says what is taken', () => {
  const values = valuesOf(schema, item);
  for (const typed of ['', '1.5', 'two', '1e3', '１', '12345678901']) {
    assert.deepEqual(wrongFields(groups, { ...values, count: typed }), { count: '填得不对：1 到 20。' });
  }
  assert.deepEqual(wrongFields(groups, { ...values, count: '-1' }), {}); // the server knows its range
});

test('a span ends after it begins', () => {
  const values = valuesOf(schema, item);
  const when = { from: item.when.until, until: item.when.from };
  assert.deepEqual(wrongFields(groups, { ...values, when }), { when: '结束要晚于开始。' });
});

test('what the server complains of is found by the head of its place', () => {
  assert.deepEqual(refusedField(groups, 'count'), ['count', '填得不对：1 到 20。']);
  assert.deepEqual(refusedField(groups, 'tags.0'), ['tags', '这一项填得不对，请看一看。']);
  assert.equal(refusedField(groups, 'version'), null);
  assert.equal(refusedField(groups, undefined), null);
});

test('what was changed is known, and put over what somebody else saved', () => {
  const began = valuesOf(schema, item);
  const mine = { ...began, title: '我的', tags: ['新', '急'] };
  assert.deepEqual(changedKeys(mine, began), ['title', 'tags']);
  const theirs = { ...began, title: '别人的', count: '5' };
  const merged = mineOverTheirs(mine, began, theirs);
  assert.deepEqual([merged['title'], merged['count'], merged['tags']], ['我的', '5', ['新', '急']]);
  assert.deepEqual(
    differences(groups, merged, theirs).map(({ key, theirs: one, mine: other }) => [key, one, other]),
    [
      ['title', '别人的', '我的'],
      ['tags', '新', '新、急'],
    ],
  );
});

test('values are said in words', () => {
  const said = groups.flatMap(({ fields }) =>
    fields.map((one) => sayValue(one, valuesOf(schema, item)[one.key])),
  );
  assert.deepEqual(said, [
    '通知',
    '3 次',
    '是',
    '甲',
    '新',
    '2026-11-24 08:00 至 2026-11-24 09:00',
    '何馆员',
  ]);
  assert.equal(sayValue(field('text', 'title'), ''), '（没有内容）');
});

test('a list asks for what was filtered, and leaves out what was not', () => {
  assert.equal(
    askedPath('/api/x', { text: ' 何 ', role: '', sort: 'name' }, null),
    '/api/x?text=%E4%BD%95&sort=name&limit=20',
  );
  assert.equal(
    askedPath('/api/x?kind=a', { text: 'a&b=c' }, '40'),
    '/api/x?kind=a&text=a%26b%3Dc&after=40&limit=20',
  );
});

test('a picture is saved by its id, waits until it is there, and is the same under another link', () => {
  const fields = [field('picture', 'cover')];
  const cover = { id: '7', state: 'shown', url: '/api/uploads/7/picture?until=1', width: 4, height: 3 };
  const of = (more: Partial<typeof cover>) =>
    valuesOf({ groups: [{ fields }] } as unknown as FormSchema<unknown>, { cover: { ...cover, ...more } });
  assert.deepEqual(written([{ fields }], of({})), { cover: '7' });
  assert.deepEqual(written([{ fields }], { cover: null }), { cover: null });
  assert.deepEqual(changedKeys(of({ url: '/another' }), of({})), []);
  assert.deepEqual(changedKeys(of({ id: '8' }), of({})), ['cover']);
  assert.deepEqual(wrongFields([{ fields }], of({})), {});
  assert.ok(wrongFields([{ fields }], of({ state: 'removed' }))['cover']);
  const sending = { id: '', path: '/tmp/1', standing: 'sending', given: null } as const;
  assert.ok(wrongFields([{ fields }], { cover: sending })['cover']);
  assert.equal(sayValue(fields[0]!, of({})['cover']), '一张图片');
});

// ---------------------------------------------------------------- charts

const chart = (more: Partial<ChartSchema>): ChartSchema => ({
  kind: 'bar',
  name: '没有办成的',
  steps: ['11/23', '11/24'],
  series: [{ name: '失败', values: [2, 7] }],
  say: (value) => `${value} 次`,
  empty: '都办成了。',
  ...more,
});

test('a chart says its values in words, for who touches it and for who does not see it', () => {
  assert.equal(pointSay(chart({}), 0, 0), '11/23 失败：2 次');
  for (const [step, of] of [
    [-1, 0],
    [2, 0],
    [0, 1],
    [NaN, 0],
  ] as const)
    assert.equal(pointSay(chart({}), step, of), '');
  assert.match(chartSay(chart({})), /没有办成的。最多的是 11\/24 失败：7 次/);
  assert.deepEqual(linesOf(chart({})), [
    { name: '11/23', values: ['2'] },
    { name: '11/24', values: ['7'] },
  ]);
});

test('zeros and nothing at all are no chart', () => {
  assert.ok(isBlank(chart({ series: [{ name: '失败', values: [0, 0] }] })));
  assert.ok(isBlank(chart({ steps: [], series: [] })));
  assert.ok(!isBlank(chart({})));
});

test('a heat map has a cell for each value, none for a zero, and colours on which ink is legible', () => {
  const heat = chart({ kind: 'heat', series: [...chart({}).series, { name: '周二', values: [0, 1] }] });
  assert.ok(heightOf(heat, 1.5) > heightOf(heat, 1));
  for (const theme of ['light', 'dark'] as const) {
    const { series, visualMap } = optionOf(heat, palettes[theme], 1) as {
      series: { data: unknown[] };
      visualMap: { max: number; inRange: { color: string[] } };
    };
    assert.deepEqual(series.data, [
      [0, 0, 2],
      [0, 1, 7],
      [1, 0, '-'],
      [1, 1, 1],
    ]);
    assert.equal(visualMap.max, 7);
    const fullest = visualMap.inRange.color[1]!.match(/\d+/g)!.map(Number);
    const ink = palettes[theme].ink.match(/[0-9a-f]{2}/g)!.map((one) => parseInt(one, 16));
    assert.ok(contrast(fullest, ink) >= 4.5, `${theme}: ${contrast(fullest, ink)}`);
  }
});

function contrast(one: number[], other: number[]): number {
  const [light, dark] = [one, other].map(luminance).sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: number[]): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
