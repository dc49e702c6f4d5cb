import { ownStorage } from './own-storage';

type Drafts = Record<string, string>;

const storage = ownStorage<Drafts>('drafts', () => ({}));

/** What was typed and not sent, by a name of the place; '' when nothing was. */
export function draftOf(place: string): string {
  return storage.read()[place] ?? '';
}

/** Keeps what is typed, over any restart; empty text is forgotten. */
export function keepDraft(place: string, text: string): void {
  const { [place]: before = '', ...others } = storage.read();
  if (before !== text) storage.write(text ? { ...others, [place]: text } : others);
}
