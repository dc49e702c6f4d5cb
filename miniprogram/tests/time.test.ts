import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dayName, hoursOf, moment, plainDate, shortMoment, todayBy, when } from '../src/logic/time';

/** 09:30 on Sunday 22 November at the library. */
const now = Date.parse('2026-11-22T09:30:00+08:00');

function stay(starts_at: string, ends_at: string) {
  return { starts_at, ends_at };
}

test('a stay is said as its day and its hours', () => {
  const cases: [string, string, string][] = [
    ['2026-11-22T14:00:00+08:00', '2026-11-22T17:00:00+08:00', '今天 14:00–17:00'],
    ['2026-11-23T09:00:00+08:00', '2026-11-23T10:30:00+08:00', '明天 09:00–10:30'],
    ['2026-11-21T09:00:00+08:00', '2026-11-21T10:30:00+08:00', '昨天 09:00–10:30'],
    ['2026-11-24T20:00:00+08:00', '2026-11-25T00:00:00+08:00', '11月24日 周二 20:00–24:00'],
  ];
  for (const [starts, ends, said] of cases) assert.equal(when(stay(starts, ends), now), said);
});

test('the day is the library’s, wherever the phone is', () => {
  const lateThere = Date.parse('2026-11-22T23:59:00+08:00');
  const nextThere = Date.parse('2026-11-23T00:00:00+08:00');
  assert.equal(todayBy('2026-11-22T14:00:00+08:00', lateThere), '2026-11-22');
  assert.equal(todayBy('2026-11-22T14:00:00+08:00', nextThere), '2026-11-23');
});

test('a year is said only when it is another one', () => {
  assert.equal(plainDate('2026-12-31', '2026-11-22'), '12月31日');
  assert.equal(plainDate('2027-01-01', '2026-12-30'), '2027年1月1日');
  assert.equal(dayName('2027-01-01', '2026-12-31'), '明天');
});

test('a moment of today needs no day when it is short', () => {
  assert.equal(shortMoment('2026-11-22T14:00:00+08:00', now), '14:00');
  assert.equal(shortMoment('2026-11-23T07:00:00+08:00', now), '明天 07:00');
  assert.equal(moment('2026-11-22T14:00:00+08:00', now), '今天 14:00');
});

test('a stay that ends after midnight keeps its own end', () => {
  assert.equal(hoursOf(stay('2026-11-22T22:00:00+08:00', '2026-11-23T01:00:00+08:00')), '22:00–01:00');
});
