import type { Conversation, Staffed } from '../api/types';
import { chatSay, chatWords, threadWords } from '../words/chat';
import { shortMoment } from './time';

/** What a reader is told before they write: shown quietly while somebody is there, as a note when nobody is. */
export interface Here {
  here: boolean;
  text: string;
  /** The same in a word, when it is another than 馆员在 and 馆员不在. */
  word?: string;
}

/** Whether a librarian is there, and if not, when: by the roster when there is one. */
export function hereOf({ staffed, open, duty }: Staffed, now: number): Here {
  if (staffed) return { here: true, text: chatWords.hereText };
  if (duty?.now) return { here: true, text: chatWords.onDutyText, word: chatWords.onDuty };
  if (duty?.next_at) return { here: false, text: chatSay.answersAt(shortMoment(duty.next_at, now)) };
  if (open.open_now) return { here: false, text: chatSay.awayNow };
  if (!open.next_opens_at) return { here: false, text: chatSay.closedForNow };
  return { here: false, text: chatSay.opensAt(shortMoment(open.next_opens_at, now)) };
}

/** The same above a conversation, which somebody may have taken, or which may be over. */
export function standingOf(
  conversation: Conversation | null,
  staffed: Staffed | null,
  now: number,
): Here | null {
  if (conversation?.state === 'claimed') {
    return { here: true, text: threadWords.withYou(conversation.librarian?.name || threadWords.librarian) };
  }
  if (conversation?.state === 'closed') return { here: true, text: threadWords.over };
  if (!staffed) return null;
  if (!staffed.staffed) return hereOf(staffed, now);
  return { here: true, text: conversation ? threadWords.soon : threadWords.first };
}
