type Query = WechatMiniprogram.SelectorQuery;

interface Owner {
  createSelectorQuery(): Query;
}

interface Edges {
  top: number;
  bottom: number;
}

/** The list as it stands on the screen, and each bubble on it by its key; px of the screen. */
export interface Sight extends Edges {
  height: number;
  scrollTop: number;
  scrollHeight: number;
  rows: Map<string, Edges>;
}

interface ListFields extends Edges {
  height: number;
  scrollTop: number;
  scrollHeight: number;
  node: WechatMiniprogram.ScrollViewContext | null;
}

/** A quarter of the screen stays above what one is brought to, so that it is seen where it belongs. */
const LEAD = 0.25;

/** Measures and moves the list of a conversation. */
export class Scroller {
  /** Of the list when it was last looked at, in px. */
  height = 0;
  private context: WechatMiniprogram.ScrollViewContext | null = null;

  constructor(private readonly owner: Owner) {}

  /** Null when the list is not on the screen. */
  look(): Promise<Sight | null> {
    return new Promise((resolve) => {
      const query = this.owner.createSelectorQuery();
      query.select('#list').fields({ rect: true, size: true, scrollOffset: true, node: true });
      query.selectAll('.said').fields({ id: true, rect: true });
      query.exec(([list, rows]: [ListFields | null, (Edges & { id: string })[]]) => {
        if (!list || list.height === 0) {
          resolve(null);
          return;
        }
        this.context = list.node ?? this.context;
        this.height = list.height;
        resolve({ ...list, rows: new Map(rows.map((row) => [row.id, row])) });
      });
    });
  }

  /** `still` is asked last: who has begun to scroll meanwhile is not pulled back. */
  async toEnd(still: () => boolean): Promise<void> {
    const sight = await this.look();
    if (sight && still()) this.move(sight.scrollHeight - sight.height);
  }

  async toRow(key: string): Promise<void> {
    const sight = await this.look();
    const row = sight?.rows.get(key);
    if (sight && row) this.move(sight.scrollTop + row.top - sight.top - sight.height * LEAD);
  }

  /**
   * Changes what is drawn, and keeps what is looked at where it is. Phones that anchor the place themselves have done
   * so by then; it is moved only where they have not.
   */
  async keep(change: () => void): Promise<void> {
    const before = await this.look();
    change();
    const after = await this.look();
    if (!before || !after) return;
    const anchor = [...before.rows].find(([key, { bottom }]) => bottom > before.top && after.rows.has(key));
    const place = anchor && after.rows.get(anchor[0]);
    if (!anchor || !place) return;
    const pushed = place.top + after.scrollTop - (anchor[1].top + before.scrollTop);
    const moved = after.scrollTop - before.scrollTop;
    if (Math.abs(moved - pushed) > Math.abs(moved)) this.move(after.scrollTop + pushed);
  }

  private move(top: number): void {
    this.context?.scrollTo({ top: Math.max(0, top), animated: false });
  }
}
