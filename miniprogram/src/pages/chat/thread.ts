import { ask } from '../../api/ask';
import { serverNow } from '../../api/clock';
import { chatPlace, moveDraft } from '../../api/drafts';
import { failureOf, type Failure } from '../../api/failure';
import { beHere } from '../../api/presence';
import { askReminders } from '../../api/reminders';
import { ensureSignedIn, me } from '../../api/session';
import { followStaffed } from '../../api/staffed';
import type { ChatAbout, Chats, Conversation, Staffed } from '../../api/types';
import { aboutOf } from '../../logic/chat-about';
import { standingOf, type Here } from '../../logic/chat-here';
import { look } from '../../look';
import { threadWords } from '../../words/chat';

/** The component, which cannot know that what stands above it takes more or less room. */
interface Talk {
  resized(): void;
}

Page({
  data: {
    ...look(),
    w: threadWords,
    bones: [1, 2, 3, 4],
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    conversationId: '',
    about: null as ChatAbout | null,
    aboutWords: '',
    /** Whom a conversation that begins here is for, and the one that it went to. */
    chosen: '',
    department: '',
    begun: false,
    standing: null as Here | null,
    /** The conversation when it is over, else ''. */
    closed: '',
    /** With the keyboard up there is room for what is said and what is written. */
    lifted: false,
  },
  conversation: null as Conversation | null,
  staffed: null as Staffed | null,
  asked: false,
  offs: [] as (() => void)[],

  onLoad(query: Record<string, string | undefined>) {
    const { about, words } = aboutOf(query);
    this.conversation = null;
    this.asked = false;
    this.setData({ conversationId: query.id ?? '', about, aboutWords: words });
    void this.enter();
  },

  onShow() {
    this.setData(look());
    this.leave();
    this.offs = [
      beHere(false),
      followStaffed(
        (staffed) => {
          this.staffed = staffed;
          this.say();
        },
        // Nothing is said of who is there; what is typed is kept all the same.
        () => undefined,
      ),
    ];
  },

  onHide() {
    this.leave();
  },

  onUnload() {
    this.leave();
  },

  leave() {
    this.offs.splice(0).forEach((off) => off());
  },

  /** Signs in, and finds the conversation that is open when none was named. */
  async enter() {
    this.setData({ state: 'loading' });
    try {
      await ensureSignedIn();
      if (!this.data.conversationId) await this.findOpen();
      this.setData({ state: 'ready' });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  async findOpen() {
    const { items } = await ask<Chats>('chat_list', { limit: 20 });
    const open = items.find(({ state }) => state !== 'closed');
    if (!open) return;
    moveDraft(chatPlace(''), chatPlace(open.id));
    this.setData({ conversationId: open.id });
  },

  onConversation({ detail }: WechatMiniprogram.CustomEvent<Conversation>) {
    this.conversation = detail;
    this.say();
  },

  say() {
    const { conversation } = this;
    const standing = standingOf(conversation, this.staffed, serverNow());
    const closed = conversation?.state === 'closed' ? conversation.id : '';
    const aboutWords = conversation?.about ?? this.data.aboutWords;
    const department = conversation?.department?.name ?? '';
    const begun = conversation !== null;
    this.setData({ standing, closed, aboutWords, department, begun }, () => this.talk()?.resized());
  },

  talk(): Talk | null {
    return this.selectComponent('#talk') as unknown as Talk | null;
  },

  onKeyboard({ detail }: WechatMiniprogram.CustomEvent<{ height: number }>) {
    this.setData({ lifted: detail.height > 0 }, () => this.talk()?.resized());
  },

  choose({ detail }: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.setData({ chosen: detail.id });
  },

  openAbout() {
    const page = this.conversation?.about_page;
    if (page) wx.navigateTo({ url: page });
  },

  /** The answer may come when nobody looks: WeChat may only be asked for that within a tap, and once is enough. */
  onSending({ detail }: WechatMiniprogram.CustomEvent<{ byTap: boolean }>) {
    const left = me().reminders.find(({ purpose }) => purpose === 'answered')?.balance ?? 0;
    if (!detail.byTap || this.asked || left > 0) return;
    this.asked = true;
    void askReminders(['answered']);
  },
});
