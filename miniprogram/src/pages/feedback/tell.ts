import { ask } from '../../api/ask';
import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { feedbackDraft, type FeedbackDraft } from '../../api/feedback-draft';
import { told } from '../../api/feedback-outbox';
import { askReminders } from '../../api/reminders';
import { ownerNow } from '../../api/own-storage';
import { ensureSignedIn, me, tokenNow } from '../../api/session';
import { live } from '../../api/socket';
import type { FeedbackChanged, FeedbackTopic, FeedbackView } from '../../api/types';
import { isTopic, lettersLeft, LONGEST_TEXT } from '../../logic/feedback-lines';
import { look } from '../../look';
import { feedbackSay, tellWords, topicNames } from '../../words/feedback';

const topics = Object.entries(topicNames).map(([topic, name]) => ({ topic, name }));

/** What was sent last: on its way, stored, or (`''`) nothing. */
type Sent = '' | 'waiting' | 'stored';

Page({
  data: {
    ...look(),
    w: tellWords,
    topics,
    longest: LONGEST_TEXT,
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    topic: '' as FeedbackTopic | '',
    text: '',
    mayAnswer: true,
    empty: true,
    left: '',
    /** What is wrong with what stands in the form; `notSent` when it was sent and came back. */
    note: '',
    notSent: false,
    sent: '' as Sent,
    silent: false,
  },
  offs: [] as (() => void)[],
  wished: '' as FeedbackTopic | '',
  key: '',
  feedbackId: '',

  onLoad({ topic }: Record<string, string | undefined>) {
    this.wished = isTopic(topic) ? topic : '';
    this.offs = [
      told.onSettled((key, outcome) => {
        if (key !== this.key) return;
        if ('refusal' in outcome) this.comeBack(outcome.refusal);
        else {
          this.feedbackId = outcome.sent.feedback_id;
          this.setData({ sent: 'stored' });
        }
      }),
      live.on<FeedbackChanged>('feedback_changed', ({ feedback_id }) => {
        if (feedback_id === this.feedbackId) void this.look();
      }),
    ];
    void this.enter();
  },

  onShow() {
    this.setData(look());
  },

  onUnload() {
    this.offs.splice(0).forEach((off) => off());
  },

  /** Somebody who was signed in before can write without network as well. */
  async enter() {
    this.setData({ state: 'loading' });
    try {
      if (!tokenNow()) await ensureSignedIn();
      const draft = feedbackDraft.read();
      this.setData({ state: 'ready' });
      this.fill({ ...draft, topic: this.wished || draft.topic });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  fill({ topic, text, mayAnswer }: FeedbackDraft) {
    this.setData({ topic, text, mayAnswer });
    this.count(text);
  },

  count(text: string) {
    const left = lettersLeft(text);
    this.setData({ left: left === null ? '' : feedbackSay.left(left), empty: text.trim() === '' });
  },

  keep() {
    const { topic, text, mayAnswer } = this.data;
    feedbackDraft.write({ topic, text, mayAnswer });
  },

  choose(event: WechatMiniprogram.BaseEvent<object, { topic: FeedbackTopic }>) {
    this.setData({ topic: event.currentTarget.dataset.topic, note: '' });
    this.keep();
  },

  type({ detail }: WechatMiniprogram.Input) {
    this.setData({ text: detail.value });
    this.count(detail.value);
    this.keep();
  },

  turn() {
    this.setData({ mayAnswer: !this.data.mayAnswer });
    this.keep();
  },

  send() {
    const { topic, text, mayAnswer } = this.data;
    if (!topic) {
      this.setData({ note: tellWords.noTopic, notSent: false });
      return;
    }
    if (!ownerNow()) {
      // They signed out elsewhere meanwhile: the text stays, and is sent with the next tap.
      ensureSignedIn().catch(tellFailure);
      return;
    }
    // The answer comes when nobody looks: WeChat may only be asked for that within this tap.
    const promised = me().reminders.find(({ purpose }) => purpose === 'answered')?.balance ?? 0;
    if (mayAnswer && promised === 0) void askReminders(['answered']);
    this.feedbackId = '';
    this.setData({ sent: 'waiting', silent: !mayAnswer, text: '', note: '', notSent: false });
    this.count('');
    this.keep();
    this.key = told.tell(topic, text.trim(), mayAnswer);
  },

  /** The text was judged a moment after it was stored. */
  async look() {
    try {
      const view = await ask<FeedbackView>('feedback_show', { feedback_id: this.feedbackId });
      if (view.state === 'returned') this.comeBack(tellWords.returnedText, view);
    } catch {
      // The list of one's feedback says the same.
    }
  },

  /** What did not go out stands in the form again, unless something else is being written there. */
  comeBack(note: string, view?: FeedbackView) {
    const refused = told.unsent().find(({ key }) => key === this.key)?.payload ?? view;
    if (this.data.text || !refused) return;
    told.drop(this.key);
    const { topic, text, may_answer: mayAnswer } = refused;
    this.fill({ topic, text, mayAnswer });
    this.keep();
    this.setData({ sent: '', note, notSent: true });
  },

  another() {
    this.setData({ sent: '' });
  },

  openMine() {
    wx.navigateTo({ url: '/pages/feedback/mine' });
  },
});
