import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AreaDay, AreaPlan } from '../src/api/types';
import { freeIn, seatRows } from '../src/logic/seat-list';
import { nextLapse, seatStates, slotsOf, withChanges } from '../src/logic/seat-states';
import type { SeatState } from '../src/logic/seat-states';

type Plan = Pick<AreaPlan, 'seats'>;

const at = (time: string): number => Date.parse(`2026-11-22T${time}:00+08:00`);
const slot = (time: string): number => (at(time) - at('00:00')) / 900_000;
const span = { date: '2026-11-22', from: 14 * 60, until: 17 * 60 };

function seat(id: string, x = 0, y = 0, closed = false): AreaPlan['seats'][number] {
  return { id, label: id, x, y, features: [], closed };
}

function day(parts: Partial<AreaDay>): AreaDay {
  return {
    area_id: '1',
    date: '2026-11-22',
    number: 1,
    day_starts_at: '2026-11-22T00:00:00+08:00',
    slot_minutes: 15,
    open: [{ first: slot('08:00'), until: slot('22:00') }],
    seats: [],
    mine: [],
    ...parts,
  };
}

function busy(
  first: string,
  until: string,
  lapses: string | null = null,
): AreaDay['seats'][number]['busy'][number] {
  return { first: slot(first), until: slot(until), lapses_at: lapses && `2026-11-22T${lapses}:00+08:00` };
}

function state(given: AreaDay, now: string, one = seat('A-1')): SeatState | undefined {
  return seatStates({ seats: [one] } as Plan as AreaPlan, given, span, at(now)).get(one.id);
}

const taken = (...spans: AreaDay['seats'][number]['busy']): AreaDay =>
  day({ seats: [{ seat_id: 'A-1', busy: spans }] });

test('a span is counted in the day’s slots', () => {
  assert.deepEqual(slotsOf(day({}), span), { first: 56, until: 68 });
});

test('bookings that only touch the span leave the seat free', () => {
  assert.equal(state(taken(busy('12:00', '14:00'), busy('17:00', '19:00')), '09:00'), 'free');
});

test('a booking anywhere within the span takes the seat', () => {
  assert.equal(state(taken(busy('16:45', '18:00')), '09:00'), 'taken');
});

test('a booking whose check-in time is over no longer counts, though nobody said so', () => {
  const given = taken(busy('13:30', '18:00', '13:45'));
  assert.equal(state(given, '13:10'), 'taken');
  assert.equal(state(given, '13:44'), 'soon');
  assert.equal(state(given, '13:45'), 'free');
  assert.equal(nextLapse(given, at('13:10')), at('13:45'));
  assert.equal(nextLapse(given, at('13:45')), null);
});

test('a seat is soon free when its reader must go within half an hour', () => {
  const given = taken(busy('12:00', '14:15'));
  assert.equal(state(given, '13:44'), 'taken');
  assert.equal(state(given, '13:45'), 'soon');
});

test('a later booking in the way makes it taken, not soon free', () => {
  assert.equal(state(taken(busy('12:00', '14:15'), busy('16:00', '17:00')), '14:00'), 'taken');
});

test('my seat is mine and a closed seat is closed, whatever else is said of them', () => {
  const mine = day({
    mine: [{ booking_id: '7', seat_id: 'A-1', first: slot('13:00'), until: slot('15:00'), state: 'booked' }],
    seats: [{ seat_id: 'A-1', busy: [busy('13:00', '15:00', '13:15')] }],
  });
  assert.equal(state(mine, '13:00'), 'mine');
  assert.equal(state(day({}), '13:00', seat('A-1', 0, 0, true)), 'closed');
});

test('a change says the whole of a seat, also that it is free again', () => {
  const given = taken(busy('14:00', '17:00'));
  assert.equal(state(withChanges(given, [{ seat_id: 'A-1', busy: [] }]), '09:00'), 'free');
  assert.equal(state(withChanges(day({}), given.seats), '09:00'), 'taken');
});

test('rows run as one walks past the seats, and stay within what a page may hold', () => {
  const line = Array.from({ length: 50 }, (_, i) => seat(`B-${i + 1}`, 20 + i * 12, 40 + (i % 2)));
  const rows = seatRows([...line.reverse(), seat('A-2', 40, 10), seat('A-1', 20, 10)]);
  assert.deepEqual(
    rows.map((row) => [row.first, row.last, row.seats.length]),
    [
      ['A-1', 'A-2', 2],
      ['B-1', 'B-48', 48],
      ['B-49', 'B-50', 2],
    ],
  );
  const first = rows[0];
  assert.ok(first);
  assert.equal(
    freeIn(
      first,
      new Map([
        ['A-1', 'free'],
        ['A-2', 'taken'],
      ]),
    ),
    1,
  );
});
