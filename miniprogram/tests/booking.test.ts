import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Booking, BookingState } from '../src/api/types';
import { nextStepOf } from '../src/logic/booking';

const day = (time: string) => `2026-11-22T${time}:00+08:00`;

function booking(state: BookingState, changes: Partial<Booking> = {}): Booking {
  return {
    id: '7',
    helper: null,
    seat: { id: '1', label: 'A-12', area_id: '1', area_name: '自习大厅', branch_name: '总馆', floor: '1层' },
    starts_at: day('14:00'),
    ends_at: day('17:00'),
    state,
    checkin_opens_at: day('13:30'),
    checkin_closes_at: day('14:15'),
    checked_in_at: null,
    over_at: null,
    made_at: day('09:00'),
    can: { cancel: true, check_in: false, finish: false },
    ...changes,
  };
}

test('the next step follows the booking and the clock', () => {
  const cases: [BookingState, string, string][] = [
    ['booked', '09:30', '13:30–14:15 之间签到'],
    ['booked', '13:30', '现在签到：14:15 前扫座位上的码'],
    ['booked', '14:15', '到 14:15 没有签到，座位已经让出'],
    ['lapsed', '15:00', '到 14:15 没有签到，座位已经让出'],
    ['checked_in', '15:00', '座位为您留到 17:00'],
    ['cancelled', '15:00', ''],
    ['finished', '16:00', ''],
  ];
  for (const [state, at, step] of cases) assert.equal(nextStepOf(booking(state), Date.parse(day(at))), step);
});

test('a booking without an end of its check-in still says what became of it', () => {
  const now = Date.parse(day('15:00'));
  const open = { checkin_closes_at: null };
  assert.equal(nextStepOf(booking('checked_in', open), now), '座位为您留到 17:00');
  assert.equal(nextStepOf(booking('lapsed', open), now), '没有按时签到，座位已经让出');
  assert.equal(nextStepOf(booking('cancelled', open), now), '');
});
