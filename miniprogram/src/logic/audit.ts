import type { AuditLine } from '../api/types';
import { auditSay, auditWords as w } from '../words/audit';

export interface Fact {
  label: string;
  value: string;
}

/** Who did it: by name, else by number; nobody is the product itself. */
export function sayWho({ who }: AuditLine): string {
  return who ? (who.name ?? auditSay.reader(who.id)) : w.product;
}

/** What it was done to. */
export function sayWhom({ whom_words, whom_name }: AuditLine): string {
  return auditSay.about(whom_words, whom_name ?? '');
}

/** An entry in full; what it does not tell is left out. `at` is when, in words. */
export function factsOf(line: AuditLine, at: string): Fact[] {
  return [
    { label: w.who, value: sayWho(line) },
    { label: w.whom, value: sayWhom(line) },
    { label: w.when, value: at },
    { label: w.details, value: line.details },
    { label: w.number, value: auditSay.entry(line.id, line.sealed) },
  ].filter(({ value }) => value !== '');
}
