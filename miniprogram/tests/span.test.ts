import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  clock,
  ends,
  firstOffer,
  fitted,
  isoOf,
  libraryClock,
  minutesOn,
  quickChoices,
  starts,
} from '../src/logic/span';

const rules = { step_minutes: 15, min_minutes: 30, max_minutes: 240 };
const open = [{ from: 480, until: 1320 }];
const today = { date: '2026-11-22', open };
const tomorrow = { date: '2026-11-23', open };

test('the clock is the library’s, whatever zone the phone is in', () => {
  const instant = Date.parse('2026-11-22T23:30:00Z');
  assert.deepEqual(libraryClock(instant, '+08:00'), { date: '2026-11-23', minutes: 450 });
  assert.deepEqual(libraryClock(instant, '-05:00'), { date: '2026-11-22', minutes: 1110 });
  assert.equal(clock(1440), '24:00');
});

test('midnight is written as the server writes it, and read back as the end of the day', () => {
  assert.equal(isoOf('2026-12-31', 1440, '+08:00'), '2027-01-01T00:00:00+08:00');
  assert.equal(minutesOn('2026-12-31', '2027-01-01T00:00:00+08:00'), 1440);
  assert.equal(minutesOn('2026-12-31', '2026-12-31T07:30:00+08:00'), 450);
});

test('a stay begins on a step, not in the past, and leaves room for the shortest stay', () => {
  const found = starts(open, rules, 611);
  assert.equal(found[0], 615);
  assert.equal(found.at(-1), 1290);
});

test('a stay ends within the longest stay and before the library closes', () => {
  assert.deepEqual([ends(open, rules, 600)[0], ends(open, rules, 600).at(-1)], [630, 840]);
  assert.equal(ends(open, rules, 1260).at(-1), 1320);
  assert.deepEqual(ends(open, rules, 420), []);
});

test('a wish is moved no further than it must', () => {
  const wish = { from: 840, until: 1020 };
  assert.deepEqual(fitted(wish, today, rules, 0), { date: '2026-11-22', from: 840, until: 1020 });
  assert.deepEqual(fitted(wish, today, rules, 930), { date: '2026-11-22', from: 930, until: 1020 });
  assert.deepEqual(fitted({ from: 480, until: 1320 }, today, rules, 0), {
    date: '2026-11-22',
    from: 480,
    until: 720,
  });
});

test('a wish that is over for the day is given the same length from now', () => {
  const found = fitted({ from: 840, until: 1020 }, today, rules, 1100);
  assert.deepEqual(found, { date: '2026-11-22', from: 1110, until: 1290 });
});

test('the last choice is offered while it can be had, else its hours on the next open day', () => {
  const days = [today, tomorrow];
  const last = { date: '2026-11-23', from: 840, until: 1020 };
  assert.deepEqual(firstOffer(days, rules, { date: '2026-11-22', minutes: 600 }, last), last);
  const over = firstOffer(
    days,
    rules,
    { date: '2026-11-22', minutes: 1310 },
    { ...last, date: '2026-11-20' },
  );
  assert.deepEqual(over, last);
});

test('somebody who never chose is offered two hours from now', () => {
  const found = firstOffer([today], rules, { date: '2026-11-22', minutes: 611 }, null);
  assert.deepEqual(found, { date: '2026-11-22', from: 600, until: 720 });
  assert.equal(firstOffer([{ ...today, open: [] }], rules, { date: '2026-11-22', minutes: 611 }, null), null);
});

test('quick choices keep to opening hours and leave out what is over', () => {
  const found = quickChoices(today, rules, 870, true);
  assert.deepEqual(
    found.map(({ key, from, until }) => [key, clock(from), clock(until)]),
    [
      ['soon', '14:30', '16:30'],
      ['afternoon', '14:30', '18:00'],
      ['evening', '18:00', '22:00'],
    ],
  );
});
