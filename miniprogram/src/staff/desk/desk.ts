import { serverNow } from '../../api/clock';
import { countNow, deskNow, followDesk } from '../../api/desk-watch';
import { stir } from '../../api/duty';
import { failureOf, type Failure } from '../../api/failure';
import { me } from '../../api/session';
import type { OnDuty } from '../../api/types';
import { lineView, type LineView } from '../../logic/desk-line';
import { look } from '../../look';
import { deskSay, deskWords } from '../../words/desk';
import { claim } from '../claim';
import { followKeys, hasKeys } from '../keys';
import { isWide } from '../wide';

/** How often the times that readers wait are said anew, in ms. */
const TICK_MS = 15_000;
/** As many lines of one group as WeChat's audit likes beside one another. */
const MOST_LINES = 40;

type View = 'now' | 'closed' | 'held';

const nobody = { waiting: [] as LineView[], mine: [] as LineView[], others: [] as LineView[] };

/** The desk as lines, of a department or of all; what it hears of readers and of time is by the server's clock. */
function linesNow(department: string) {
  const desk = deskNow();
  if (!desk) return nobody;
  const now = serverNow();
  const { waiting, mine, others } = desk.lists;
  const shown = (lines: typeof waiting) =>
    lines
      .filter((line) => !department || line.department?.id === department)
      .slice(0, MOST_LINES)
      .map((line) => lineView(line, me().id, now));
  return { waiting: shown(waiting), mine: shown(mine), others: shown(others) };
}

Page({
  data: {
    ...look(),
    w: deskWords,
    bones: [1, 2, 3],
    view: 'now' as View,
    department: '',
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    lines: nobody,
    moreWait: '',
    librarians: [] as OnDuty[],
    held: 0,
    count: 0,
    wide: false,
    keys: false,
    /** The conversation beside the list, and the line that the keyboard stands on. */
    chosen: '',
    pointed: '',
    /** Where the keyboard has led: it comes into sight. */
    reached: '',
    claiming: '',
    refused: '',
  },
  offs: [] as (() => void)[],
  closedIds: [] as string[],

  onLoad() {
    this.setData({ wide: isWide(), keys: hasKeys() });
  },

  onShow() {
    this.follow();
    stir();
  },

  follow() {
    const timer = setInterval(() => this.show(), TICK_MS);
    this.offs = [
      followDesk(
        () => this.show(),
        (error) => this.fail(error),
      ),
      () => clearInterval(timer),
      followKeys({
        ids: () => this.idsShown(),
        pointed: () => this.data.pointed,
        point: (id) => this.setData({ pointed: id, reached: id }),
        enter: () => this.enter(),
        leave: () => this.setData({ chosen: '' }),
      }),
    ];
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

  show() {
    const desk = deskNow();
    if (!desk) return;
    const more = desk.lists.waiting.length - MOST_LINES;
    this.setData({
      state: 'ready',
      lines: linesNow(this.data.department),
      moreWait: more > 0 ? deskSay.moreWait(more) : '',
      librarians: desk.librarians,
      held: desk.held,
      count: countNow(),
    });
  },

  /** What was heard before stays; the banner says that it may be old. */
  fail(error: unknown) {
    if (this.data.state !== 'ready') this.setData({ state: 'error', failure: failureOf(error) });
  },

  retry() {
    this.setData({ state: 'loading' });
    this.rest();
    this.follow();
  },

  stir,

  turn(event: WechatMiniprogram.TouchEvent) {
    this.setData({ view: event.currentTarget.dataset.view, pointed: '', refused: '' });
  },

  choose(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.setData({ department: event.detail.id, pointed: '' });
    this.show();
  },

  open(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    this.openOne(event.detail.id);
  },

  openOne(id: string) {
    this.setData({ refused: '' });
    if (this.data.wide) this.setData({ chosen: id, pointed: id });
    else wx.navigateTo({ url: `/staff/desk/thread?id=${id}` });
  },

  async claim(event: WechatMiniprogram.CustomEvent<{ id: string }>) {
    const { id } = event.detail;
    if (this.data.claiming) return;
    this.setData({ claiming: id, refused: '' });
    try {
      if (await claim(id)) this.openOne(id);
    } catch (error) {
      this.setData({ refused: failureOf(error).text });
    } finally {
      this.setData({ claiming: '' });
    }
  },

  more() {
    if (this.data.view === 'closed')
      (this.selectComponent('#closed') as unknown as { more(): void } | null)?.more();
  },

  closedShown(event: WechatMiniprogram.CustomEvent<{ ids: string[] }>) {
    this.closedIds = event.detail.ids;
  },

  /** Opens what the keyboard stands on; when it is open, takes it, or writes in it. */
  enter() {
    const { pointed, chosen } = this.data;
    if (pointed && pointed !== chosen) this.openOne(pointed);
    else if (chosen) (this.selectComponent('#talk') as unknown as { press(): void } | null)?.press();
  },

  idsShown(): string[] {
    const { view, lines } = this.data;
    if (view === 'closed') return this.closedIds;
    return view === 'now' ? [...lines.waiting, ...lines.mine, ...lines.others].map(({ id }) => id) : [];
  },
});
