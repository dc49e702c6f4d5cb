import { ask } from '../../../api/ask';
import { serverNow } from '../../../api/clock';
import { copy } from '../../../api/copy';
import { canHandOn } from '../../../api/departments';
import { draftOf, keepDraft } from '../../../api/drafts';
import { failureOf, type Failure } from '../../../api/failure';
import { findFeedback, followInbox } from '../../../api/feedback-watch';
import { newKey } from '../../../api/request';
import { me } from '../../../api/session';
import type { Department, FeedbackLine } from '../../../api/types';
import { opinionView, taskOf, type OpinionView, type Task } from '../../../logic/feedback-inbox';
import { moment } from '../../../logic/time';
import { departmentSay, departmentWords } from '../../../words/departments';
import { deskWords } from '../../../words/desk';
import { inboxSay, inboxWords, opinionWords } from '../../../words/feedback-desk';

type Act =
  | 'feedback_take'
  | 'feedback_give_back'
  | 'feedback_hand_on'
  | 'feedback_answer'
  | 'feedback_note'
  | 'feedback_show_text'
  | 'feedback_return_text';

const ends = new WeakMap<object, () => void>();
/** The last answer that was sent, by the text: silence is answered by the same again, which the server stores once. */
const attempts = new Map<string, { text: string; key: string }>();

const placeOf = (id: string) => `feedback-answer:${id}`;

function keyFor(id: string, text: string): string {
  const last = attempts.get(id);
  const key = last?.text === text ? last.key : newKey();
  attempts.set(id, { text, key });
  return key;
}

/** Who settled it, and when; '' while nobody has. */
function settledOf({ state, librarian, settled_at: at }: FeedbackLine, now: number): string {
  if (!at) return '';
  const name = librarian?.name ?? deskWords.colleague;
  return (state === 'answered' ? inboxSay.answeredBy : inboxSay.notedBy)(name, moment(at, now));
}

/** One thing that a reader told, with all that a librarian may do. Fires `left` when it has left the inbox. */
Component({
  properties: {
    feedbackId: { type: String, value: '' },
  },
  data: {
    w: opinionWords,
    unchecked: inboxWords.unchecked,
    silent: inboxWords.silent,
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    view: null as OpinionView | null,
    when: '',
    task: 'none' as Task,
    mayAnswer: false,
    with: '',
    settled: '',
    answer: '',
    typed: '',
    busy: '' as Act | '',
    refused: '',
    handOnWord: departmentWords.handOn,
    departmentId: '',
    canHandOn: false,
    handing: false,
  },
  observers: {
    feedbackId(id: string) {
      this.setData({
        state: 'loading',
        view: null,
        refused: '',
        busy: '',
        typed: id ? draftOf(placeOf(id)) : '',
      });
      if (id) void this.load();
    },
  },
  lifetimes: {
    attached() {
      const onLines = (lines: FeedbackLine[] | null, gone: readonly string[]) => {
        const line = lines?.find(({ id }) => id === this.data.feedbackId);
        if (line) this.show(line);
        else if (gone.includes(this.data.feedbackId)) this.triggerEvent('left');
        else if (!lines && this.data.state === 'ready') void this.load();
      };
      ends.set(this, followInbox({ onInbox: () => undefined, onLines }));
      void canHandOn().then((can) => this.setData({ canHandOn: can }));
    },
    detached() {
      ends.get(this)?.();
    },
  },
  methods: {
    async load() {
      const { feedbackId } = this.data;
      try {
        const line = await findFeedback(feedbackId);
        if (feedbackId !== this.data.feedbackId) return;
        if (line) this.show(line);
        else this.setData({ state: 'error', failure: { text: inboxWords.notFound, requestId: '' } });
      } catch (error) {
        if (this.data.state !== 'ready') this.setData({ state: 'error', failure: failureOf(error) });
      }
    },

    show(line: FeedbackLine) {
      if (line.state === 'returned') {
        this.triggerEvent('left');
        return;
      }
      const now = serverNow();
      const view = opinionView(line, now);
      const task = taskOf(line, me().id);
      this.setData({
        state: 'ready',
        view,
        when: moment(line.at, now),
        task,
        mayAnswer: line.may_answer,
        departmentId: line.department?.id ?? '',
        with: line.state === 'taken' && task === 'none' ? inboxSay.with(view.who) : '',
        settled: settledOf(line, now),
        answer: line.answer ?? '',
      });
    },

    type(event: WechatMiniprogram.TextareaInput) {
      this.setData({ typed: event.detail.value });
      keepDraft(placeOf(this.data.feedbackId), event.detail.value);
    },

    /** Asks, and shows what became of it; a refusal says who was first, and what is there now is fetched. */
    async act(event: Act, more: object, done: string): Promise<boolean> {
      if (this.data.busy) return false;
      const { feedbackId } = this.data;
      this.setData({ busy: event, refused: '' });
      try {
        const line = await ask<FeedbackLine | object>(event, { feedback_id: feedbackId, ...more });
        if (done) wx.showToast({ title: done, icon: 'none' });
        if ('id' in line) this.show(line);
        return true;
      } catch (error) {
        this.setData({ refused: failureOf(error).text });
        void this.load();
        return false;
      } finally {
        this.setData({ busy: '' });
      }
    },

    take() {
      return this.act('feedback_take', {}, '');
    },

    release() {
      return this.act('feedback_give_back', {}, '');
    },

    openHanding() {
      this.setData({ handing: true });
    },

    endHanding() {
      this.setData({ handing: false });
    },

    async handOn(event: WechatMiniprogram.CustomEvent<{ department: Department }>) {
      const { id, name } = event.detail.department;
      this.endHanding();
      await this.act('feedback_hand_on', { department_id: id }, departmentSay.handedOn(name));
    },

    note() {
      return this.act('feedback_note', {}, opinionWords.noted);
    },

    letThrough() {
      return this.act('feedback_show_text', {}, opinionWords.shown);
    },

    async giveBackText() {
      if (await this.act('feedback_return_text', {}, opinionWords.returned)) this.triggerEvent('left');
    },

    async answerIt() {
      const { feedbackId } = this.data;
      const text = this.data.typed.trim();
      if (!text) return;
      const wish = { local_id: keyFor(feedbackId, text), text };
      if (!(await this.act('feedback_answer', wish, opinionWords.answered))) return;
      keepDraft(placeOf(feedbackId), '');
      this.setData({ typed: '' });
    },

    copy() {
      copy(this.data.typed);
    },
  },
});
