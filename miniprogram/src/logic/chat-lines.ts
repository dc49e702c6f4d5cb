import type { Conversation } from '../api/types';
import { bubbleWords, chatSay, chatStates, chatWords } from '../words/chat';
import type { Unsent } from './chat-outbox';
import { moment } from './time';

/** A conversation in the reader's list. */
export interface ChatLine {
  id: string;
  title: string;
  text: string;
  time: string;
  word: string;
  tone: string;
  unread: string;
}

export function lineOf(conversation: Conversation, now: number): ChatLine {
  const { id, state, about, last_text, last_at, unread } = conversation;
  const { word, tone } = chatStates[state];
  const last = last_text ?? '';
  return {
    id,
    title: about ?? (last || chatWords.untitled),
    text: about ? last : '',
    time: moment(last_at, now),
    word,
    tone,
    unread: unread ? chatSay.unread(unread) : '',
  };
}

/** A question that has not reached the library yet. */
export function unsentLine({ text, refusal }: Unsent): ChatLine {
  const word = refusal ? bubbleWords.failed : bubbleWords.waits;
  return { id: '', title: text, text: refusal, time: '', word, tone: 'ochre', unread: '' };
}
