/** What a form of the admin pages is made of, and what can be said of it without a screen. */

import type { Picture } from '../../api/types';
import type { standing } from '../../logic/pictures';
import { kitSay, kitWords } from '../../words/admin-kit';
import type { Choice } from './list';

export interface Person {
  id: string;
  name: string;
}

/** Two moments as the wire has them; '' where none is chosen yet. */
export interface Span {
  from: string;
  until: string;
}

/** A picture that was chosen: its `id` once the server has it. `given`: as the server knows it. */
export interface PictureValue {
  id: string;
  path: string;
  standing: ReturnType<typeof standing>;
  given: Picture | null;
}

/**
 * What a field holds while it is edited: text for `text`, `long`, `number` (as typed), `choice`, `date`
 * (`2026-11-24`) and `time` (`08:30`); a boolean for `switch`; words for `tags`, and for `choices` the chosen values;
 * `Span` for `span`; `Person` or null for `person`;
 * `PictureValue` or null for `picture`.
 */
export type FieldValue = string | boolean | readonly string[] | Span | Person | PictureValue | null;
export type FormValues = Record<string, FieldValue>;
/** The same as it is saved: numbers are numbers, a picture is its id. */
export type Written = Record<string, FieldValue | number>;

export interface Field {
  kind:
    | 'text'
    | 'long'
    | 'number'
    | 'switch'
    | 'choice'
    | 'choices'
    | 'date'
    | 'time'
    | 'span'
    | 'tags'
    | 'person'
    | 'picture';
  key: string;
  label: string;
  /** Shown in the field while it is empty. */
  hint?: string;
  unit?: string;
  /** What the server takes, in words; said beside the field when it was refused. */
  range?: string;
  needed?: boolean;
  /** Characters at most; for tags, of one. */
  most?: number;
  choices?: readonly (Choice & { facts?: string })[];
  /** Where persons are found, when not among the staff. */
  path?: string;
}

export interface FieldGroup {
  name?: string;
  fields: readonly Field[];
  /** What the values mean, beneath the group; asked only while nothing is wrong. */
  meaning?(written: Written): string;
}

export interface FormSchema<Item> {
  groups: readonly FieldGroup[];
  /** What is saved now; for something new, what it begins with. */
  read(): Promise<Item>;
  /** Stores it, and answers what is saved then. `item` is what the edit began from, with its version. */
  save(written: Written, item: Item): Promise<Item>;
  /** What the fields hold; left out, each holds the item's value of its key. */
  valuesOf?(item: Item): FormValues;
  /** The button, what follows from it, and the note after it. */
  saveName?: string;
  consequence?: string;
  saved?: string;
  /** Whether it is new, and can be saved as it is. */
  fresh?: boolean;
  /** What is there can be taken away; then the page is left. */
  remove?(): Promise<unknown>;
  removal?: {
    name: string;
    title: string;
    consequences: readonly string[];
    removed: string;
  };
}

/** What a page may ask of its form, which it finds by `selectComponent`. */
export interface ShownForm {
  mayLeave(): Promise<boolean>;
}

export const fieldsOf = (groups: readonly FieldGroup[]): Field[] =>
  groups.flatMap(({ fields }) => [...fields]);

const EMPTY: Record<Field['kind'], FieldValue> = {
  text: '',
  long: '',
  number: '',
  switch: false,
  choice: '',
  choices: [],
  date: '',
  time: '',
  span: { from: '', until: '' },
  tags: [],
  person: null,
  picture: null,
};

/** What the fields hold of an item: numbers as text, nothing as the empty value of its kind. */
export function valuesOf<Item>(schema: FormSchema<Item>, item: Item): FormValues {
  if (schema.valuesOf) return schema.valuesOf(item);
  const held = item as Record<string, FieldValue | number | undefined>;
  return Object.fromEntries(
    fieldsOf(schema.groups).map(({ key, kind }) => {
      if (kind === 'picture') return [key, given(held[key] as unknown as Picture | null)];
      const value = held[key] ?? EMPTY[kind];
      return [key, typeof value === 'number' ? String(value) : value];
    }),
  );
}

function given(picture: Picture | null): PictureValue | null {
  if (!picture) return null;
  const standing = picture.state === 'removed' ? 'failed' : 'there';
  return { id: picture.id, path: '', standing, given: picture };
}

const isPicture = (value: FieldValue | undefined): value is PictureValue =>
  typeof value === 'object' && value !== null && 'standing' in value;

/** What tells a value from another: where a picture can be fetched changes by itself. */
const gist = (value: FieldValue | undefined) =>
  JSON.stringify(isPicture(value) ? [value.id, value.standing] : value);

export const same = (one: FieldValue | undefined, other: FieldValue | undefined) => gist(one) === gist(other);

/** The keys whose values differ. */
export function changedKeys(values: FormValues, saved: FormValues): string[] {
  return Object.keys(values).filter((key) => !same(values[key], saved[key]));
}

const isEmpty = (value: FieldValue | undefined) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

function wrongIn(field: Field, value: FieldValue | undefined): string {
  const said = field.range ? kitSay.wrongRange(field.range) : '';
  if (field.kind === 'number' && !isEmpty(value) && !/^-?\d{1,9}$/.test(String(value)))
    return said || kitWords.notWhole;
  if (field.kind === 'span') {
    const { from, until } = value as Span;
    if (field.needed && (!from || !until)) return kitWords.needed;
    return from && until && from >= until ? kitWords.endsBefore : '';
  }
  if (isPicture(value) && value.standing !== 'there')
    return value.standing === 'sending' ? kitWords.pictureWait : kitWords.pictureFailed;
  const blank = typeof value === 'string' ? value.trim() === '' : isEmpty(value);
  // An empty number is none that could be saved.
  return blank && (field.needed || field.kind === 'number') ? said || kitWords.needed : '';
}

/** What stands against saving, by field; empty when nothing does. */
export function wrongFields(groups: readonly FieldGroup[], values: FormValues): Record<string, string> {
  const wrong = fieldsOf(groups).map((field) => [field.key, wrongIn(field, values[field.key])]);
  return Object.fromEntries(wrong.filter(([, said]) => said));
}

/** What the server's `details.field` complains of: the field's key and the sentence beside it; null for none of ours. */
export function refusedField(groups: readonly FieldGroup[], named: unknown): [string, string] | null {
  const key = String(named ?? '').split('.')[0];
  const field = fieldsOf(groups).find((one) => one.key === key);
  return field ? [field.key, field.range ? kitSay.wrongRange(field.range) : kitWords.wrong] : null;
}

/** The values as they are saved; nothing in them may be wrong. */
export function written(groups: readonly FieldGroup[], values: FormValues): Written {
  return Object.fromEntries(
    fieldsOf(groups).map(({ key, kind }) => {
      const value = values[key] ?? null;
      return [key, kind === 'number' ? Number(value) : isPicture(value) ? value.id : value];
    }),
  );
}

/** A value in words, for who compares two. */
export function sayValue(field: Field, value: FieldValue | undefined): string {
  if (field.kind === 'switch') return value ? kitWords.yes : kitWords.no;
  if (isEmpty(value)) return kitWords.empty;
  if (field.kind === 'choice')
    return field.choices?.find((one) => one.value === value)?.name ?? String(value);
  if (field.kind === 'tags') return (value as readonly string[]).join('、');
  if (field.kind === 'person') return (value as Person).name;
  if (field.kind === 'picture') return kitWords.onePicture;
  if (field.kind === 'span') {
    const { from, until } = value as Span;
    return from || until ? kitSay.span(sayMoment(from), sayMoment(until)) : kitWords.empty;
  }
  return field.unit ? kitSay.unit(String(value), field.unit) : String(value);
}

const sayMoment = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 16)}`.trim();

export interface Difference {
  key: string;
  label: string;
  theirs: string;
  mine: string;
}

/** What I changed, put over what somebody else saved meanwhile. */
export function mineOverTheirs(mine: FormValues, began: FormValues, theirs: FormValues): FormValues {
  const changed = changedKeys(mine, began).map((key) => [key, mine[key]]);
  return { ...theirs, ...Object.fromEntries(changed) } as FormValues;
}

export function differences(
  groups: readonly FieldGroup[],
  mine: FormValues,
  theirs: FormValues,
): Difference[] {
  return fieldsOf(groups)
    .filter(({ key }) => !same(mine[key], theirs[key]))
    .map((field) => ({
      key: field.key,
      label: field.label,
      theirs: sayValue(field, theirs[field.key]),
      mine: sayValue(field, mine[field.key]),
    }));
}
