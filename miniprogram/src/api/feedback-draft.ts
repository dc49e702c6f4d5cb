import { ownStorage } from './own-storage';
import type { FeedbackTopic } from './types';

export interface FeedbackDraft {
  topic: FeedbackTopic | '';
  text: string;
  mayAnswer: boolean;
}

/** What is typed and not sent, over any restart. */
export const feedbackDraft = ownStorage<FeedbackDraft>('feedback-draft', () => ({
  topic: '',
  text: '',
  mayAnswer: true,
}));
