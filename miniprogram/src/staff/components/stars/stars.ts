import type { RatedKind, RatingTotals } from '../../../api/types';
import { averageOf, barsOf, type Bar } from '../../../logic/feedback-inbox';
import { inboxSay, inboxWords } from '../../../words/feedback-desk';

/** How readers rate visits and talks: five bars with their numbers. */
Component({
  properties: {
    totals: { type: Object, value: null as unknown as RatingTotals },
  },
  data: {
    w: inboxWords,
    names: [5, 4, 3, 2, 1].map(inboxSay.star),
    kind: 'visit' as RatedKind,
    bars: [] as Bar[],
    average: '',
  },
  observers: {
    'totals, kind'(totals: RatingTotals | null, kind: RatedKind) {
      if (!totals) return;
      const count = kind === 'visit' ? totals.visits : totals.chats;
      this.setData({ bars: barsOf(count), average: averageOf(count) });
    },
  },
  methods: {
    turn(event: WechatMiniprogram.TouchEvent) {
      this.setData({ kind: event.currentTarget.dataset.kind });
    },
  },
});
