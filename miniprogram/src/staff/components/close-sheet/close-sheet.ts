import { ask } from '../../../api/ask';
import { failureOf } from '../../../api/failure';
import { ownStorage } from '../../../api/own-storage';
import type { DeskLine } from '../../../api/types';
import { tagsOffered } from '../../../logic/desk-queue';
import { commonTags, deskSay, deskWords } from '../../../words/desk';

/** How many of the words one used are remembered on this phone. */
const REMEMBERED = 4;
const used = ownStorage<string[]>('desk_tags', () => []);

/** Ends a conversation, with a word to file it under if one likes. Fires `closed` {line}, and `close` when put away. */
Component({
  properties: {
    open: { type: Boolean, value: false },
    conversationId: { type: String, value: '' },
  },
  data: { w: deskWords, tags: commonTags, tag: '', busy: false, refused: '' },
  observers: {
    open(open: boolean) {
      if (open) this.setData({ tags: tagsOffered(used.read(), commonTags), tag: '', refused: '' });
    },
  },
  methods: {
    pick(event: WechatMiniprogram.TouchEvent) {
      const { tag } = event.currentTarget.dataset;
      this.setData({ tag: tag === this.data.tag ? '' : tag });
    },

    type(event: WechatMiniprogram.Input) {
      this.setData({ tag: event.detail.value });
    },

    async end() {
      this.setData({ busy: true, refused: '' });
      const tag = this.data.tag.trim();
      try {
        const wish = { conversation_id: this.data.conversationId, tag: tag || null };
        const line = await ask<DeskLine>('desk_close', wish);
        if (tag) used.write(tagsOffered([tag], used.read(), REMEMBERED));
        wx.showToast({ title: deskSay.closedNow, icon: 'none' });
        this.triggerEvent('closed', { line });
      } catch (error) {
        this.setData({ refused: failureOf(error).text });
      } finally {
        this.setData({ busy: false });
      }
    },

    close() {
      this.triggerEvent('close');
    },
  },
});
