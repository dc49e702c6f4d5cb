import type { AdminSeatRules } from '../api/types';
import { ruleGroups, rulesSay } from '../words/admin';
import { clock } from './span';

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

/** The first field in which something else than a whole number was typed; null when there is none. */
export function wrongField(form: RulesForm): string | null {
  return NUMBERS.find((key) => !/^\d{1,4}$/.test(form[key] ?? '')) ?? null;
}

/** The rules with what was typed, which must be without a wrong field. */
export function rulesOf(rules: AdminSeatRules, form: RulesForm): AdminSeatRules {
  const changed = { ...rules, release_time: form['release_time'] ?? rules.release_time };
  for (const key of NUMBERS) changed[key] = Number(form[key]);
  return changed;
}

/** The sentence about a field that was typed or refused wrongly; '' for a field that the form does not have. */
export function sayWrong(key: unknown): string {
  const field = ruleGroups.flatMap(({ fields }) => [...fields]).find((one) => one.key === key);
  return field ? rulesSay.wrong(field.label, field.range) : '';
}

const DAY = 24 * 60;
/** The start of the stay that consequences are told of, in minutes of its day. */
const EXAMPLE = 14 * 60;

/** What the rules mean for a reader, by group of the form. */
export function consequencesOf(rules: AdminSeatRules): Record<(typeof ruleGroups)[number]['key'], string> {
  const at = (minutes: number) => clock((EXAMPLE + minutes + DAY) % DAY);
  return {
    length: rulesSay.length(rules.min_minutes, rules.max_minutes),
    count: rulesSay.count(rules.at_once, rules.per_day),
    ahead: rulesSay.ahead(rules.advance_days, rules.release_time),
    checkIn: rulesSay.checkIn(
      at(-rules.checkin_before_minutes),
      at(rules.checkin_after_minutes),
      at(-rules.remind_before_minutes),
    ),
  };
}

export function isSameForm(one: RulesForm, other: RulesForm): boolean {
  return Object.keys(one).every((key) => one[key] === other[key]);
}
