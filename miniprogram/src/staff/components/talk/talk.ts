import { ask } from '../../../api/ask';
import { serverNow } from '../../../api/clock';
import { copy } from '../../../api/copy';
import { lookAt } from '../../../api/desk-bell';
import { deskNow, followDesk, noteLine } from '../../../api/desk-watch';
import { canHandOn } from '../../../api/departments';
import { chatPlace, draftOf } from '../../../api/drafts';
import { stir } from '../../../api/duty';
import { failureOf } from '../../../api/failure';
import { me } from '../../../api/session';
import type { ChatHistory, Conversation, Department, DeskLine } from '../../../api/types';
import { nameOf, standingOf, holdOf, type Hold } from '../../../logic/desk-line';
import { isHere } from '../../../logic/desk-queue';
import { departmentSay, departmentWords } from '../../../words/departments';
import { deskSay, deskWords } from '../../../words/desk';
import { claim } from '../../claim';

/** How often the time that a reader waits is said anew, in ms. */
const TICK_MS = 15_000;

const stops = new WeakMap<object, () => void>();
const lastSeen = new WeakMap<object, Conversation | DeskLine>();

/**
 * A conversation as a librarian has it before them: read only until they take it; then they answer, hand it back or on,
 * or close it. Fires `left` after the last three.
 */
Component({
  properties: {
    conversationId: { type: String, value: '' },
  },
  data: {
    w: deskWords,
    handOnWord: departmentWords.handOn,
    hold: '' as Hold | '',
    name: '',
    about: '',
    standing: '',
    tag: '',
    here: false,
    seq: 0,
    /** What this librarian typed and has not sent, when there is no box to see it in. */
    draft: '',
    busy: '' as '' | 'claim' | 'hand_back' | 'hand_on',
    refused: '',
    closing: false,
    department: '',
    departmentId: '',
    canHandOn: false,
    handing: false,
    notHanded: '',
  },
  observers: {
    conversationId(id: string) {
      lookAt(id || null);
      lastSeen.delete(this);
      this.setData({ hold: '', name: '', about: '', standing: '', tag: '', here: false, seq: 0, draft: '' });
      this.setData({ busy: '', refused: '', closing: false, handing: false });
      this.showLine();
    },
  },
  lifetimes: {
    attached() {
      const unfollow = followDesk(() => this.showLine());
      const timer = setInterval(() => this.showLine(), TICK_MS);
      void canHandOn().then((can) => this.setData({ canHandOn: can }));
      stops.set(this, () => {
        unfollow();
        clearInterval(timer);
        lookAt(null);
      });
    },
    detached() {
      stops.get(this)?.();
    },
  },
  pageLifetimes: {
    show() {
      lookAt(this.data.conversationId || null);
    },
    hide() {
      lookAt(null);
    },
  },
  methods: {
    /** As the desk has it. What has left the desk was closed, and is asked for. */
    showLine() {
      const line = deskNow()?.lines.find(({ id }) => id === this.data.conversationId);
      const seen = lastSeen.get(this);
      if (line) this.show(line);
      else if (deskNow() && seen && seen.state !== 'closed') void this.fetchClosed();
      else if (seen) this.show(seen);
    },

    async fetchClosed() {
      const { conversationId } = this.data;
      try {
        const wish = { conversation_id: conversationId, limit: 1 };
        const { conversation } = await ask<ChatHistory>('chat_history', wish);
        if (conversationId === this.data.conversationId) this.show(conversation);
      } catch (error) {
        // The next change or tick asks again.
        failureOf(error);
      }
    },

    /** The conversation itself tells more, and first of what is not on the desk. */
    onConversation(event: WechatMiniprogram.CustomEvent<Conversation>) {
      const { detail } = event;
      if (detail.id !== this.data.conversationId) return;
      if (!deskNow()?.lines.some(({ id }) => id === detail.id)) this.show(detail);
    },

    show(seen: Conversation | DeskLine) {
      const now = serverNow();
      const hold = holdOf(seen, me().id);
      lastSeen.set(this, seen);
      this.setData({
        hold,
        name: nameOf(seen),
        about: seen.about ?? '',
        standing: standingOf(seen, hold, now),
        tag: seen.tag ?? '',
        department: seen.department?.name ?? '',
        departmentId: seen.department?.id ?? '',
        here: hold !== 'closed' && 'reader_here_until' in seen && isHere(seen, now),
        seq: Math.max(seen.seq, this.data.seq),
        draft: hold === 'mine' ? '' : draftOf(chatPlace(seen.id)),
      });
    },

    async claim() {
      if (this.data.busy) return;
      this.setData({ busy: 'claim', refused: '' });
      try {
        if (await claim(this.data.conversationId)) this.focus();
      } catch (error) {
        this.setData({ refused: failureOf(error).text });
      } finally {
        this.setData({ busy: '' });
      }
    },

    async handBack() {
      if (this.data.busy) return;
      this.setData({ busy: 'hand_back', refused: '' });
      try {
        noteLine(await ask<DeskLine>('desk_hand_back', { conversation_id: this.data.conversationId }));
        wx.showToast({ title: deskSay.handedBack, icon: 'none' });
        this.triggerEvent('left');
      } catch (error) {
        this.setData({ refused: failureOf(error).text });
      } finally {
        this.setData({ busy: '' });
      }
    },

    openHanding() {
      this.setData({ handing: true, notHanded: '' });
    },

    endHanding() {
      this.setData({ handing: false });
    },

    async handOn(event: WechatMiniprogram.CustomEvent<{ department: Department }>) {
      const { id, name } = event.detail.department;
      if (this.data.busy) return;
      this.setData({ busy: 'hand_on', notHanded: '' });
      try {
        const wish = { conversation_id: this.data.conversationId, department_id: id };
        noteLine(await ask<DeskLine>('desk_hand_on', wish));
        wx.showToast({ title: departmentSay.handedOn(name), icon: 'none' });
        this.endHanding();
        this.triggerEvent('left');
      } catch (error) {
        this.setData({ notHanded: failureOf(error).text });
      } finally {
        this.setData({ busy: '' });
      }
    },

    openClosing() {
      this.setData({ closing: true });
    },

    endClosing() {
      this.setData({ closing: false });
    },

    closed(event: WechatMiniprogram.CustomEvent<{ line: DeskLine }>) {
      this.endClosing();
      this.show(event.detail.line);
      noteLine(event.detail.line);
      this.triggerEvent('left');
    },

    /** Enter on the keyboard: take what waits, else write. */
    press() {
      if (this.data.hold === 'waiting') void this.claim();
      else this.focus();
    },

    focus() {
      if (this.data.hold !== 'mine') return;
      (this.selectComponent('#thread') as unknown as { focus(): void } | null)?.focus();
    },

    copyDraft() {
      copy(this.data.draft);
    },

    touched() {
      stir();
    },
  },
});
