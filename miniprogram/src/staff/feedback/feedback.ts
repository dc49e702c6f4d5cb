import { libraryToday, serverNow } from '../../api/clock';
import { failureOf, tellFailure, type Failure } from '../../api/failure';
import { fetchBox, followInbox, type InboxNow } from '../../api/feedback-watch';
import { me, onMe } from '../../api/session';
import { exportTable } from '../../api/table-file';
import type { FeedbackBox, FeedbackLine, RatingTotals } from '../../api/types';
import { boxTabs, opinionView, withNews, type OpinionView } from '../../logic/feedback-inbox';
import { dateAfter } from '../../logic/span';
import { look } from '../../look';
import { inboxWords } from '../../words/feedback-desk';
import { followKeys, hasKeys } from '../keys';
import { isWide } from '../wide';

const AT_ONCE = 20;
const EXPORTED_DAYS = 365;

const mayExport = () => me().permissions.includes('feedback.export');

Page({
  data: {
    ...look(),
    w: inboxWords,
    bones: [1, 2, 3],
    tabs: boxTabs(0),
    box: 'new' as FeedbackBox,
    department: '',
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    ratings: null as RatingTotals | null,
    lines: [] as OpinionView[],
    next: null as string | null,
    wide: false,
    keys: false,
    chosen: '',
    pointed: '',
    /** Where the keyboard has led: it comes into sight. */
    reached: '',
    mayExport: false,
    exporting: false,
  },
  offs: [] as (() => void)[],
  shown: [] as FeedbackLine[],
  fetchingMore: false,

  onLoad() {
    this.setData({ wide: isWide(), keys: hasKeys() });
  },

  onShow() {
    this.setData({ mayExport: mayExport() });
    this.offs = [
      onMe(() => this.setData({ mayExport: mayExport() })),
      followInbox({
        onInbox: (inbox) => this.showInbox(inbox),
        onLines: (lines, gone) => this.take(lines, gone),
        onError: (error) => this.fail(error),
      }),
      followKeys({
        ids: () => this.data.lines.map(({ id }) => id),
        pointed: () => this.data.pointed,
        point: (id) => this.setData({ pointed: id, reached: id }),
        enter: () => this.data.pointed && this.openOne(this.data.pointed),
        leave: () => this.setData({ chosen: '' }),
      }),
    ];
    void this.load();
  },

  onHide() {
    this.rest();
  },

  onUnload() {
    this.rest();
  },

  rest() {
    this.offs.forEach((off) => off());
    this.offs = [];
  },

  onResize() {
    const wide = isWide();
    if (wide !== this.data.wide) this.setData({ wide, chosen: '', pointed: '' });
  },

  showInbox({ waiting, ratings }: InboxNow) {
    this.setData({ tabs: boxTabs(waiting), ratings });
  },

  /** What changed, put into the list; everything anew when something was missed. */
  take(lines: FeedbackLine[] | null, gone: readonly string[]) {
    if (lines === null) void this.load();
    else if (this.data.state === 'ready' || this.data.state === 'empty') {
      const more = this.data.next !== null;
      const { box, department, next } = this.data;
      const stays = this.shown.filter(({ id }) => !gone.includes(id));
      this.show(withNews(stays, lines, box, { me: me().id, more, department }), next);
    }
  },

  fail(error: unknown) {
    if (this.data.state === 'loading') this.setData({ state: 'error', failure: failureOf(error) });
  },

  async load() {
    const { box, department } = this.data;
    const asked = () => box === this.data.box && department === this.data.department;
    try {
      const { items, next } = await fetchBox(box, null, AT_ONCE, department);
      if (asked()) this.show(items, next);
    } catch (error) {
      if (asked()) this.fail(error);
    }
  },

  show(shown: FeedbackLine[], next: string | null) {
    const now = serverNow();
    this.shown = shown;
    this.setData({
      state: shown.length ? 'ready' : 'empty',
      lines: shown.map((line) => opinionView(line, now)),
      next,
    });
  },

  retry() {
    this.setData({ state: 'loading' });
    void this.load();
  },

  turn(event: WechatMiniprogram.TouchEvent) {
    this.anew({ box: event.currentTarget.dataset.box });
  },

  choose(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.anew({ department: event.detail.id });
  },

  anew(asked: { box?: FeedbackBox; department?: string }) {
    this.setData({ ...asked, state: 'loading', lines: [], next: null, pointed: '' });
    void this.load();
  },

  async more() {
    const { box, department, next } = this.data;
    if (!next || this.fetchingMore) return;
    this.fetchingMore = true;
    try {
      const older = await fetchBox(box, next, AT_ONCE, department);
      if (next === this.data.next) this.show([...this.shown, ...older.items], older.next);
    } catch (error) {
      // The next scroll asks again; the banner says what is wrong meanwhile.
      failureOf(error);
    } finally {
      this.fetchingMore = false;
    }
  },

  open(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.openOne(event.detail.id);
  },

  openOne(id: string) {
    if (this.data.wide) this.setData({ chosen: id, pointed: id });
    else wx.navigateTo({ url: `/staff/feedback/one?id=${id}` });
  },

  async export() {
    if (this.data.exporting) return;
    const since = dateAfter(libraryToday(), -EXPORTED_DAYS);
    try {
      const begin = () => this.setData({ exporting: true });
      await exportTable(`/api/admin/exports/feedback?since=${since}`, begin);
    } catch (error) {
      tellFailure(error);
    } finally {
      this.setData({ exporting: false });
    }
  },

  left() {
    this.setData({ chosen: '' });
  },
});
