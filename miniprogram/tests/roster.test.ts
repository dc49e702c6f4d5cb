import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Shift, Staffed } from '../src/api/types';
import { hereOf } from '../src/logic/chat-here';
import { meaningOf, weekView } from '../src/logic/roster';

const at = (time: string, day = '23') => `2026-11-${day}T${time}:00+08:00`;
const now = Date.parse(at('09:00'));

function shift(more: Partial<Shift> = {}): Shift {
  return {
    turn_id: '1',
    day: '2026-11-23',
    starts_at: at('14:00'),
    ends_at: at('16:00'),
    person: { id: '7', name: '何馆员' },
    department: null,
    changed: false,
    ...more,
  };
}

test('a week names its days, says which are closed or empty, and what begins later', () => {
  const [today, tomorrow, shut, later] = weekView(
    {
      days: [
        { day: '2026-11-23', open: true, turns: [shift({ department: { id: '3', name: '技术部' } })] },
        { day: '2026-11-24', open: true, turns: [] },
        { day: '2026-11-25', open: false, turns: [] },
      ],
      later: [shift({ day: '2026-12-07', person: null, changed: true })],
    },
    '2026-11-23',
  );
  assert.deepEqual([today?.name, today?.shifts[0]?.facts], ['今天', '14:00–16:00 · 技术部']);
  assert.deepEqual([tomorrow?.name, tomorrow?.note], ['明天', '没有排班']);
  assert.deepEqual([shut?.name, shut?.note], ['11月25日 周三', '闭馆']);
  const [row] = later?.shifts ?? [];
  assert.deepEqual([row?.name, row?.facts, row?.changed], ['没有人', '12月7日 14:00–16:00', true]);
});

test('a turn is said with its weekday, hours and last day', () => {
  assert.equal(meaningOf({ from: '', until: '' }, ''), '');
  assert.equal(meaningOf({ from: at('14:00'), until: at('16:00') }, ''), '每周一 14:00–16:00。');
  const until = meaningOf({ from: at('22:00'), until: at('00:00', '24') }, '2026-12-28');
  assert.equal(until, '每周一 22:00–24:00，到 2026-12-28 为止。');
});

test('a reader is told of the roster when nobody is at the desk, and of the hours when there is none', () => {
  const open = { open_now: true, closes_at: at('22:00'), next_opens_at: null };
  const here = (staffed: boolean, duty: Staffed['duty']) => hereOf({ staffed, open, duty }, now);
  assert.ok(here(true, { now: false, next_at: at('14:00') }).here);
  assert.deepEqual([here(false, { now: true, next_at: null }).word], ['有人值班']);
  assert.match(here(false, { now: false, next_at: at('14:00') }).text, /^14:00 起有人回复/);
  assert.match(here(false, { now: false, next_at: at('09:00', '24') }).text, /^明天 09:00 起有人回复/);
  assert.match(here(false, { now: false, next_at: null }).text, /^馆员这会儿都不在/);
  assert.match(here(false, null).text, /^馆员这会儿都不在/);
});
