import { ask } from '../../api/ask';
import { serverNow } from '../../api/clock';
import { failureOf, type Failure } from '../../api/failure';
import { writeAgain } from '../../api/feedback-draft';
import { ensureSignedIn, tokenNow } from '../../api/session';
import { live } from '../../api/socket';
import type { FeedbackChanged, FeedbackView } from '../../api/types';
import { idsLeft } from '../../logic/pictures';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { feedbackSay, feedbackStates, mineWords, topicNames } from '../../words/feedback';

/** Whom it is with, and that somebody has handed it on; '' of none. */
function departmentOf({ department, handed_on_at }: FeedbackView): string {
  if (!department) return '';
  return handed_on_at ? feedbackSay.handedOn(department.name) : feedbackSay.with(department.name);
}

function shown(view: FeedbackView, now: number) {
  const { answer, settled_at } = view;
  return {
    topic: topicNames[view.topic],
    text: view.text,
    pictures: view.pictures,
    time: moment(view.at, now),
    ...feedbackStates[view.state],
    department: departmentOf(view),
    settled: settled_at && !answer ? moment(settled_at, now) : '',
    returned: view.state === 'returned',
    answer: answer && {
      title: mineWords.answerOf(answer.name),
      text: answer.text,
      time: moment(answer.at, now),
    },
  };
}

Page({
  data: {
    ...look(),
    w: mineWords,
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    view: null as ReturnType<typeof shown> | null,
  },
  feedbackId: '',
  feedback: null as FeedbackView | null,
  unfollow: () => undefined as unknown,

  onLoad({ id }: Record<string, string | undefined>) {
    this.feedbackId = id ?? '';
    this.feedback = null;
    this.unfollow = live.onNews<FeedbackChanged>(['feedback_changed'], (news) => {
      if (!news || news.feedback_id === this.feedbackId) void this.load();
    });
  },

  onShow() {
    this.setData(look());
    void this.load();
  },

  onUnload() {
    this.unfollow();
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  async load() {
    if (!this.feedback) this.setData({ state: 'loading' });
    const asked = { feedback_id: this.feedbackId };
    try {
      if (!tokenNow()) await ensureSignedIn();
      this.feedback = await ask<FeedbackView>('feedback_show', asked);
      this.setData({ state: 'ready', view: shown(this.feedback, serverNow()) });
      await ask('feedback_read', asked);
    } catch (error) {
      if (!this.feedback) this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  mend() {
    if (!this.feedback) return;
    writeAgain(this.feedback, idsLeft(this.feedback.pictures));
    wx.redirectTo({ url: '/pages/feedback/tell' });
  },
});
