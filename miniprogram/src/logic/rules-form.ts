import type { AdminSeatRules } from '../api/types';

/** The limits as an administrator types them: text until saved. */
export type RulesForm = Record<string, string>;

const NUMBERS = [
  'advance_days',
  'min_minutes',
  'max_minutes',
  'at_once',
  'per_day',
  'checkin_before_minutes',
  'checkin_after_minutes',
  'remind_before_minutes',
] as const;

export function formOf(rules: AdminSeatRules): RulesForm {
  const numbers = NUMBERS.map((key) => [key, String(rules[key])]);
  return { ...Object.fromEntries(numbers), release_time: rules.release_time };
}

/** The rules with what was typed, or null when something typed is no whole number. */
export function rulesOf(rules: AdminSeatRules, form: RulesForm): AdminSeatRules | null {
  const changed = { ...rules, release_time: form['release_time'] ?? rules.release_time };
  for (const key of NUMBERS) {
    const typed = form[key] ?? '';
    if (!/^\d{1,4}$/.test(typed)) return null;
    changed[key] = Number(typed);
  }
  return changed;
}

export function isSameForm(one: RulesForm, other: RulesForm): boolean {
  return Object.keys(one).every((key) => one[key] === other[key]);
}
