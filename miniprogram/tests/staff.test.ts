import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AdminSeatRules } from '../src/api/types';
import { formOf, isSameForm, rulesOf } from '../src/logic/rules-form';
import { staffPages } from '../src/logic/staff';

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
};

test('staff see the pages that they may use, and readers none', () => {
  assert.deepEqual(staffPages(['home.read', 'bookings.own']), []);
  const keys = staffPages(['seats.codes', 'announcement.edit']).map(({ key }) => key);
  assert.deepEqual(keys, ['announcement', 'codes']);
});

test('rules survive the way through their form', () => {
  assert.deepEqual(rulesOf(rules, formOf(rules)), rules);
});

test('what was typed becomes the rule, and is noticed as a change', () => {
  const form = { ...formOf(rules), per_day: '1', release_time: '08:30' };
  assert.equal(isSameForm(form, formOf(rules)), false);
  assert.deepEqual(rulesOf(rules, form), { ...rules, per_day: 1, release_time: '08:30' });
});

test('what is no whole number is not saved', () => {
  for (const typed of ['', '1.5', '-1', 'two', '12345']) {
    assert.equal(rulesOf(rules, { ...formOf(rules), per_day: typed }), null);
  }
});
