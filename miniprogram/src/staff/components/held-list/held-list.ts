import { ask } from '../../../api/ask';
import { serverNow } from '../../../api/clock';
import { failureOf, type Failure } from '../../../api/failure';
import type { HeldText } from '../../../api/types';
import { shortMoment } from '../../../logic/time';
import { deskSay, deskWords } from '../../../words/desk';

function heldLine({ message_id, conversation_id, side, name, text, at, mine }: HeldText, now: number) {
  const staff = side === 'staff';
  const who = name ?? (staff ? deskWords.colleague : deskWords.reader);
  return {
    id: message_id,
    conversation: conversation_id,
    by: deskSay.writtenBy(who, staff),
    when: shortMoment(at, now),
    text,
    mine,
  };
}

/** Texts that wait for somebody's look before they are shown. Fires `open` {id} with the conversation's id. */
Component({
  properties: {
    /** How many there are, as the desk says: at each change the list is asked for. */
    count: { type: Number, value: 0 },
  },
  data: {
    w: deskWords,
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    lines: [] as ReturnType<typeof heldLine>[],
    busy: '',
    refused: '',
  },
  observers: {
    count() {
      void this.load();
    },
  },
  methods: {
    async load() {
      try {
        const { items } = await ask<{ items: HeldText[] }>('desk_held');
        const now = serverNow();
        const lines = items.map((text) => heldLine(text, now));
        this.setData({ state: lines.length ? 'ready' : 'empty', lines });
      } catch (error) {
        if (this.data.state !== 'ready') this.setData({ state: 'error', failure: failureOf(error) });
      }
    },

    show(event: WechatMiniprogram.TouchEvent) {
      return this.settle(event.currentTarget.dataset.id, 'desk_show_text', deskSay.shown);
    },

    giveBack(event: WechatMiniprogram.TouchEvent) {
      return this.settle(event.currentTarget.dataset.id, 'desk_return_text', deskSay.returned);
    },

    async settle(id: string, event: 'desk_show_text' | 'desk_return_text', done: string) {
      if (this.data.busy) return;
      this.setData({ busy: id, refused: '' });
      try {
        await ask(event, { message_id: id });
        wx.showToast({ title: done, icon: 'none' });
      } catch (error) {
        this.setData({ refused: failureOf(error).text });
      } finally {
        this.setData({ busy: '' });
      }
      await this.load();
    },

    open(event: WechatMiniprogram.TouchEvent) {
      this.triggerEvent('open', { id: event.currentTarget.dataset.id });
    },
  },
});
