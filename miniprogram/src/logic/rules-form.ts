import type { AdminSeatRules } from '../api/types';
import { rulesSay, type ruleGroups } from '../words/admin';
import { clock } from './span';

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
