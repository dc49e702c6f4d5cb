import type { ChatAbout } from '../api/types';

/** A text on its way. `place` is its conversation, '' for one that begins with it. */
export interface Unsent {
  local_id: string;
  place: string;
  text: string;
  about: ChatAbout | null;
  /** Whom a conversation that begins with it is for. */
  department?: string;
  /** Why the server did not take it; '' while it may still be stored. */
  refusal: string;
}

/** What may go next: the first of each conversation that has nothing under way. A refused text holds up no other. */
export function sendable(list: readonly Unsent[], underWay: ReadonlySet<string>): Unsent[] {
  const taken = new Set(underWay);
  return list.filter(({ place, refusal }) => {
    if (refusal || taken.has(place)) return false;
    taken.add(place);
    return true;
  });
}

/** One is stored: it leaves, and those that began the same conversation now know which it is. */
export function withoutStored(list: readonly Unsent[], localId: string, conversationId: string): Unsent[] {
  const stored = list.find(({ local_id }) => local_id === localId);
  return list
    .filter((unsent) => unsent !== stored)
    .map((unsent) =>
      stored?.place === '' && unsent.place === '' ? { ...unsent, place: conversationId } : unsent,
    );
}

export function withRefusal(list: readonly Unsent[], localId: string, refusal: string): Unsent[] {
  return list.map((unsent) => (unsent.local_id === localId ? { ...unsent, refusal } : unsent));
}

/** A refused text is tried again under a new id, behind those that wait; now for whoever answers. */
export function withAnother(list: readonly Unsent[], localId: string, newId: string): Unsent[] {
  const refused = list.find(({ local_id }) => local_id === localId);
  if (!refused) return [...list];
  return [
    ...list.filter((unsent) => unsent !== refused),
    { ...refused, local_id: newId, refusal: '', department: '' },
  ];
}
