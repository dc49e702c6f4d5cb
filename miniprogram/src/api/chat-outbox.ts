import { sendable, withAnother, withoutStored, withRefusal, type Unsent } from '../logic/chat-outbox';
import { ask, isPassing } from './ask';
import { chatPlace, moveDraft } from './drafts';
import { ownerNow, ownStorage } from './own-storage';
import { ApiError, newKey } from './request';
import { onIdentity } from './session';
import { trying } from './trying';
import type { ChatAbout, ChatSent } from './types';

type Stored = (sent: ChatSent, text: Unsent) => void;

const storage = ownStorage<Unsent[]>('outbox', () => []);
/** What this phone sent lately: a text that comes back goes into the box it was typed in, no other. */
const lately = ownStorage<string[]>('sent', () => []);
const REMEMBERED = 30;
/** Conversations with a text under way: one at a time in each, so that the order stays. */
const underWay = new Set<string>();
const changeListeners = new Set<() => void>();
const storedListeners = new Set<Stored>();
let tries: ReturnType<typeof trying> | null = null;

function keep(list: Unsent[]): void {
  storage.write(list);
  changeListeners.forEach((listener) => listener());
}

function pump(): void {
  if (tries?.waits()) return;
  for (const unsent of sendable(storage.read(), underWay)) void send(unsent);
}

async function send(unsent: Unsent): Promise<void> {
  const { local_id, place, text, about, department } = unsent;
  underWay.add(place);
  try {
    const where = place ? { conversation_id: place } : department ? { department_id: department } : {};
    const sent = await ask<ChatSent>('chat_send', { ...where, local_id, text, ...(about ? { about } : {}) });
    tries?.well();
    underWay.delete(place);
    if (!place) moveDraft(chatPlace(''), chatPlace(sent.conversation_id));
    lately.write([...lately.read(), local_id].slice(-REMEMBERED));
    storedListeners.forEach((listener) => listener(sent, unsent));
    keep(withoutStored(storage.read(), local_id, sent.conversation_id));
    pump();
  } catch (error) {
    underWay.delete(place);
    // A text may be stored though no answer came: the same `local_id` is asked again until one does.
    if (!(error instanceof ApiError) || isPassing(error)) tries?.later(error);
    else {
      keep(withRefusal(storage.read(), local_id, error.message));
      pump();
    }
  }
}

/** What was typed and is not stored yet: kept over any break and restart, sent in its order, each text once. */
export const outbox = {
  /** For the app's start: sends what the last run left, and whenever the way is free again. */
  start(): void {
    onIdentity(() => changeListeners.forEach((listener) => listener()));
    tries = trying(pump);
  },

  /** Kept before anything else, then sent. `place` is the conversation, '' for a new one. False: a guest's is not kept. */
  add(place: string, text: string, about: ChatAbout | null, department = ''): boolean {
    if (!ownerNow()) return false;
    keep([...storage.read(), { local_id: newKey(), place, text, about, department, refusal: '' }]);
    pump();
    return true;
  },

  of(place: string): Unsent[] {
    return storage.read().filter((unsent) => unsent.place === place);
  },

  /** A text came back unseen: true, once, where this phone has sent it lately. */
  takeBack(localId: string): boolean {
    const ids = lately.read();
    if (!ids.includes(localId)) return false;
    lately.write(ids.filter((id) => id !== localId));
    return true;
  },

  again(localId: string): void {
    keep(withAnother(storage.read(), localId, newKey()));
    pump();
  },

  drop(localId: string): void {
    keep(storage.read().filter(({ local_id }) => local_id !== localId));
  },

  /** Calls the listener whenever something came in or left, until the returned function is called. */
  onChange(listener: () => void): () => void {
    changeListeners.add(listener);
    return () => changeListeners.delete(listener);
  },

  /** Calls the listener when a text is stored, before it leaves. */
  onStored(listener: Stored): () => void {
    storedListeners.add(listener);
    return () => storedListeners.delete(listener);
  },
};
