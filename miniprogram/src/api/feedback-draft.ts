import { keptAs, type KeptPicture } from '../logic/pictures';
import { ownStorage } from './own-storage';
import type { FeedbackTopic, FeedbackView } from './types';

export interface FeedbackDraft {
  topic: FeedbackTopic | '';
  text: string;
  mayAnswer: boolean;
  pictures: KeptPicture[];
  department?: string;
}

/** What is typed and not sent, over any restart. */
export const feedbackDraft = ownStorage<FeedbackDraft>('feedback-draft', () => ({
  topic: '',
  text: '',
  mayAnswer: true,
  pictures: [],
}));

/** A text that did not go out is written once more; what is being written already stays before it. */
export function writeAgain(
  { topic, text, may_answer }: Pick<FeedbackView, 'topic' | 'text' | 'may_answer'>,
  pictureIds: readonly string[],
) {
  const begun = feedbackDraft.read().text;
  const both = begun && begun !== text ? `${begun}\n${text}` : text;
  feedbackDraft.write({ topic, text: both, mayAnswer: may_answer, pictures: keptAs(pictureIds) });
}
