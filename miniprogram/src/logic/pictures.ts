import type { Picture } from '../api/types';

export const MOST_PICTURES = 3;
/** As much as the server takes of one file. */
export const LARGEST_BYTES = 10 * 1024 * 1024;

/** What a draft keeps of a picture: where it lies on this phone, and its id once the server has it. */
export interface KeptPicture {
  key: string;
  path: string;
  id: string;
}

/** A picture that was chosen. `failure` says why the server does not have it; '' while it is on its way, or there. */
export interface ChosenPicture extends KeptPicture {
  src: string;
  percent: number;
  failure: string;
  /** Whether the same again may do better. */
  again: boolean;
}

export function chosen(kept: KeptPicture): ChosenPicture {
  return { ...kept, src: kept.path, percent: kept.id ? 100 : 0, failure: '', again: false };
}

export function withChange(
  list: readonly ChosenPicture[],
  key: string,
  change: Partial<ChosenPicture>,
): ChosenPicture[] {
  return list.map((one) => (one.key === key ? { ...one, ...change } : one));
}

export function kept(list: readonly ChosenPicture[]): KeptPicture[] {
  return list.map(({ key, path, id }) => ({ key, path, id }));
}

/** How far all of them are: something is on its way, something failed, or each is there. */
export function standing(list: readonly ChosenPicture[]): 'sending' | 'failed' | 'there' {
  if (list.some(({ failure }) => failure)) return 'failed';
  return list.some(({ id }) => !id) ? 'sending' : 'there';
}

/** Pictures that the server has, as a draft keeps them. */
export function keptAs(ids: readonly string[]): KeptPicture[] {
  return ids.map((id) => ({ key: id, path: '', id }));
}

/** Of feedback that comes back, the ids of pictures that may be sent once more. */
export function idsLeft(pictures: readonly Picture[]): string[] {
  return pictures.filter(({ state }) => state !== 'removed').map(({ id }) => id);
}
