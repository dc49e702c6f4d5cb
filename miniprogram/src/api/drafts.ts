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

/** Where the box of a conversation keeps its draft; '' is one that has not begun. */
export function chatPlace(conversationId: string): string {
  return `chat:${conversationId}`;
}

/** What was being typed goes on elsewhere, after what stands there. */
export function moveDraft(from: string, to: string): void {
  const moved = draftOf(from);
  if (!moved) return;
  const there = draftOf(to);
  keepDraft(to, there ? `${there}\n${moved}` : moved);
  keepDraft(from, '');
}
