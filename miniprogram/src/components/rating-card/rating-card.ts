import { ask } from '../../api/ask';
import { told } from '../../api/feedback-outbox';
import { onIdentity, tokenNow } from '../../api/session';
import type { RatedThing, RatingOffer } from '../../api/types';
import { betterPage } from '../../logic/feedback-lines';
import { ratingWords } from '../../words/feedback';

const stars = ratingWords.stars.map((word, at) => ({
  stars: at + 1,
  word,
  label: ratingWords.star(at + 1, word),
}));

const unfollow = new WeakMap<object, () => void>();

/** Asked by several cards at once, answered once. */
let asking: Promise<RatingOffer> | null = null;

function offer(): Promise<RatingOffer> {
  asking ??= ask<RatingOffer>('rating_offer').finally(() => {
    asking = null;
  });
  return asking;
}

/**
 * One question about what is over, when there is one to ask; else nothing. With `kind` and `thing-id`, only about
 * that visit or talk. A tap on a star is the whole answer: it is kept until the server has it.
 */
Component({
  properties: {
    kind: { type: String, value: '' },
    thingId: { type: String, value: '' },
  },
  data: {
    w: ratingWords,
    stars,
    thing: null as RatedThing | null,
    /** '' asks, then thanks. */
    given: 0,
    better: '',
  },
  lifetimes: {
    attached() {
      unfollow.set(
        this,
        onIdentity(() => void this.load()),
      );
      void this.load();
    },
    detached() {
      unfollow.get(this)?.();
    },
  },
  pageLifetimes: {
    show() {
      void this.load();
    },
  },
  methods: {
    async load() {
      if (!tokenNow()) {
        this.setData({ thing: null });
        return;
      }
      const { given } = this.data;
      try {
        const { thing } = await offer();
        // Answered while it was asked for again: the thanks stay.
        if (this.data.given !== given) return;
        this.setData({ thing: thing && this.isMeant(thing) ? thing : null, given: 0, better: '' });
      } catch {
        // A question that cannot be fetched is not asked.
      }
    },

    isMeant({ kind, id }: RatedThing): boolean {
      const wanted = this.data.kind === '' || (this.data.kind === kind && this.data.thingId === id);
      return wanted && !told.isRated(kind, id);
    },

    give(event: WechatMiniprogram.BaseEvent<object, { stars: number }>) {
      const { thing, given } = this.data;
      if (!thing || given) return;
      const { stars: count } = event.currentTarget.dataset;
      told.rate(thing.kind, thing.id, count);
      this.setData({ given: count, better: betterPage(thing.kind, count) });
    },

    decline() {
      const { thing } = this.data;
      if (!thing) return;
      told.decline(thing.kind, thing.id);
      this.setData({ thing: null });
    },

    tell() {
      wx.navigateTo({ url: this.data.better });
    },
  },
});
