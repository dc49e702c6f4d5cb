import assert from 'node:assert/strict';
import { test } from 'node:test';

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
