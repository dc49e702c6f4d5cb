import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AdminSeatRules } from '../src/api/types';
import { consequencesOf } from '../src/logic/rules-form';
import { grantName, staffPages } from '../src/logic/staff';

const rules: AdminSeatRules = {
  id: '1',
  name: '普通座位',
  version: 3,
  advance_days: 2,
  release_time: '07:00',
  min_minutes: 30,
  max_minutes: 360,
  at_once: 2,
  per_day: 3,
  checkin_before_minutes: 30,
  checkin_after_minutes: 15,
  remind_before_minutes: 30,
  needs_card: false,
  groups: [],
};

test('staff see the pages that they may use, and readers none', () => {
  assert.deepEqual(staffPages(['home.read', 'bookings.own']), []);
  const keys = staffPages(['seats.codes', 'announcement.edit']).map(({ key }) => key);
  assert.deepEqual(keys, ['announcement', 'codes']);
});

test('each group of rules says what it means for a reader', () => {
  assert.deepEqual(consequencesOf(rules), {
    length: '读者一次可以约 30 分钟到 6 小时。',
    count: '手上有 2 个没用完的，就不能再约；一天共 3 次。',
    ahead: '每天 07:00 放出 2 天后的座位。',
    checkIn: '约 14:00 的座位：13:30 提醒，13:30 起可签到，14:15 没到就让给别人。',
  });
});

test('a role is told with where and when it holds', () => {
  const now = Date.parse('2026-11-23T09:00:00+08:00');
  const held = { role: 'librarian', place: null, starts_at: null, ends_at: null } as const;
  assert.equal(grantName(held, now), '馆员');
  const branch = { ...held, place: '东馆' };
  assert.equal(
    grantName(
      { ...branch, starts_at: '2026-11-01T00:00:00+08:00', ends_at: '2027-01-31T23:59:00+08:00' },
      now,
    ),
    '馆员 · 东馆 · 至 2027年1月31日',
  );
  assert.equal(
    grantName(
      { ...branch, starts_at: '2026-12-01T00:00:00+08:00', ends_at: '2026-12-24T12:30:00+08:00' },
      now,
    ),
    '馆员 · 东馆 · 从 12月1日 · 至 12月24日 12:30',
  );
});
