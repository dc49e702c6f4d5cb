import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AreaDay, AreaPlan, BusySpan, PlanSeat } from '../src/api/types';
import { offerOf, type Asked } from '../src/logic/seat-offer';
import { seatStates } from '../src/logic/seat-states';

const at = (time: string): number => Date.parse(`2026-11-22T${time}:00+08:00`);
const slot = (time: string): number => (at(time) - at('00:00')) / 900_000;
const seats: PlanSeat[] = [
  { id: '1', label: 'A-1', x: 0, y: 0, features: [], closed: false },
  { id: '2', label: 'A-2', x: 12, y: 0, features: [], closed: true },
  { id: '3', label: 'A-3', x: 24, y: 0, features: [], closed: false },
  { id: '4', label: 'A-4', x: 36, y: 0, features: [], closed: false },
];
const span = { date: '2026-11-22', from: 14 * 60, until: 17 * 60 };

function busy(first: string, until: string, lapses: string | null = null): BusySpan {
  return { first: slot(first), until: slot(until), lapses_at: lapses && `2026-11-22T${lapses}:00+08:00` };
}

function asked(now: string, held: BusySpan[] = [], mine: AreaDay['mine'] = []): Asked {
  const rules = { min_minutes: 30, checkin_after_minutes: 15 };
  const plan = { seats, rules } as unknown as AreaPlan;
  const day: AreaDay = {
    area_id: '1',
    date: '2026-11-22',
    number: 1,
    day_starts_at: '2026-11-22T00:00:00+08:00',
    slot_minutes: 15,
    open: [],
    seats: held.length ? [{ seat_id: '1', busy: held }] : [],
    mine,
  };
  return { plan, day, span, states: seatStates(plan, day, span, at(now)), now: at(now) };
}

const first = seats[0] as PlanSeat;

test('a free seat says by when to check in, and who is late has the whole time from now', () => {
  assert.deepEqual(offerOf(first, asked('09:00')), { kind: 'free', checkInBy: '14:15' });
  assert.deepEqual(offerOf(first, asked('14:09')), { kind: 'free', checkInBy: '14:24' });
});

test('a taken seat says when others are there, and names the nearest free one', () => {
  const offer = offerOf(first, asked('09:00', [busy('16:00', '18:00'), busy('13:00', '14:30')]));
  assert.deepEqual(offer, { kind: 'taken', by: '13:00–14:30、16:00–18:00', near: seats[2] });
});

test('a seat whose reader goes soon is offered from then on', () => {
  const offer = offerOf(first, asked('14:05', [busy('12:00', '14:30')]));
  assert.equal(offer.kind, 'ends-soon');
  assert.deepEqual('later' in offer && offer.later, { ...span, from: 14 * 60 + 30 });
});

test('a seat whose reader has not come is only named: nobody can book it before', () => {
  const offer = offerOf(first, asked('14:05', [busy('13:45', '18:00', '14:20')]));
  assert.deepEqual(offer, { kind: 'lapses-soon', at: '14:20', near: seats[2] });
});

test('my own seat leads to its booking', () => {
  const mine = [
    { booking_id: '7', seat_id: '1', first: slot('14:00'), until: slot('17:00'), state: 'booked' as const },
  ];
  assert.deepEqual(offerOf(first, asked('09:00', [], mine)), { kind: 'mine', bookingId: '7' });
});

test('a closed seat names a free one', () => {
  assert.deepEqual(offerOf(seats[1] as PlanSeat, asked('09:00')), { kind: 'closed', near: first });
});
