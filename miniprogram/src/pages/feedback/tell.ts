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
import { idsLeft, keptAs, type KeptPicture, type standing } from '../../logic/pictures';
import { look } from '../../look';
import { feedbackSay, tellWords, topicNames } from '../../words/feedback';
import { pickerWords } from '../../words/pictures';

const topics = Object.entries(topicNames).map(([topic, name]) => ({ topic, name }));

type Standing = ReturnType<typeof standing>;
type Picker = WechatMiniprogram.Component.TrivialInstance & {
  start(from: readonly KeptPicture[]): void;
};

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
    department: '',
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
  pictures: [] as KeptPicture[],
  standing: 'there' as Standing,

  onLoad({ topic }: Record<string, string | undefined>) {
    this.wished = isTopic(topic) ? topic : '';
    this.offs = [
      told.onSettled((key, outcome) => {
        if (key !== this.key) return;
        if ('refusal' in outcome) this.comeBack(outcome.refusal);
        else {
          this.feedbackId = outcome.sent.feedback_id;
          this.setData({ sent: 'stored' });
          void this.look(); // it may have been judged before its answer came
        }
      }),
      live.onNews<FeedbackChanged>(['feedback_changed'], (news) => {
        if (this.feedbackId && (!news || news.feedback_id === this.feedbackId)) void this.look();
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

  fill({ topic, text, mayAnswer, pictures = [], department = '' }: FeedbackDraft) {
    this.pictures = pictures;
    this.setData({ topic, text, mayAnswer, department }, () => this.picker()?.start(pictures));
    this.count(text);
  },

  /** There while the form is. */
  picker() {
    return this.selectComponent('#pictures') as Picker | null;
  },

  picturesChanged({ detail }: WechatMiniprogram.CustomEvent<{ kept: KeptPicture[]; standing: Standing }>) {
    this.pictures = detail.kept;
    this.standing = detail.standing;
    this.setData({ note: this.data.notSent ? this.data.note : '' });
    this.keep();
  },

  count(text: string) {
    const left = lettersLeft(text);
    this.setData({ left: left === null ? '' : feedbackSay.left(left), empty: text.trim() === '' });
  },

  keep() {
    const { topic, text, mayAnswer, department } = this.data;
    feedbackDraft.write({ topic, text, mayAnswer, pictures: this.pictures, department });
  },

  choose(event: WechatMiniprogram.BaseEvent<object, { topic: FeedbackTopic }>) {
    this.setData({ topic: event.currentTarget.dataset.topic, note: '' });
    this.keep();
  },

  chooseDepartment({ detail }: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.setData({ department: detail.id });
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
    const { topic, text, mayAnswer, department } = this.data;
    if (!topic) {
      this.setData({ note: tellWords.noTopic, notSent: false });
      return;
    }
    if (this.standing !== 'there') {
      this.setData({ note: pickerWords[this.standing === 'sending' ? 'wait' : 'failed'], notSent: false });
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
    const pictures = this.pictures.map(({ id }) => id);
    this.pictures = [];
    this.keep();
    this.key = told.tell(topic, text.trim(), mayAnswer, { pictures, department });
  },

  /** The text was judged a moment after it was stored. */
  async look() {
    const id = this.feedbackId;
    try {
      const view = await ask<FeedbackView>('feedback_show', { feedback_id: id });
      if (view.state === 'returned' && id === this.feedbackId) this.comeBack(tellWords.returnedText, view);
    } catch {
      // The list of one's feedback says the same.
    }
  },

  /** What did not go out stands in the form again, unless something else is being written there. */
  comeBack(note: string, view?: FeedbackView) {
    const refused = told.unsent().find(({ key }) => key === this.key)?.payload;
    const back = refused ?? view;
    if (this.data.text || !back) return;
    told.drop(this.key);
    const { topic, text, may_answer: mayAnswer } = back;
    const pictures = keptAs(refused ? (refused.picture_ids ?? []) : idsLeft(view?.pictures ?? []));
    this.setData({ sent: '', note, notSent: true }, () => {
      this.fill({ topic, text, mayAnswer, pictures });
      this.keep();
    });
  },

  another() {
    this.setData({ sent: '' });
    this.standing = 'there';
  },

  openMine() {
    wx.navigateTo({ url: '/pages/feedback/mine' });
  },
});
