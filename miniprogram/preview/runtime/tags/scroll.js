// Tags that move their content: scroll-view and swiper.

/** ScrollViewContext, as far as pages use it. */
function contextOf(component) {
  return {
    scrollTo({ top, left, animated = true }) {
      component.$$.scrollTo({ top, left, behavior: animated ? 'smooth' : 'auto' });
    },
    scrollIntoView(selector) {
      component.showChild(selector.replace(/^#/, ''));
    },
  };
}

/** @type {Record<string, import("./base.js").Tag>} */
export const scroll = {
  'scroll-view': {
    properties: {
      scrollX: Boolean,
      scrollY: Boolean,
      scrollTop: null,
      scrollLeft: null,
      scrollIntoView: String,
      scrollWithAnimation: Boolean,
      upperThreshold: { type: Number, value: 50 },
      lowerThreshold: { type: Number, value: 50 },
      enableFlex: Boolean,
      enhanced: Boolean,
      showScrollbar: { type: Boolean, value: true },
      bounces: Boolean,
      fastDeceleration: Boolean,
      pagingEnabled: Boolean,
      scrollAnchoring: Boolean,
      enableBackToTop: Boolean,
      enablePassive: null,
      usingSticky: Boolean,
      type: String,
      scrollIntoViewOffset: Number,
      scrollIntoViewAlignment: String,
      scrollIntoViewWithinExtent: Boolean,
      clip: null,
    },
    observers: {
      /** Without it an iPhone moves what is read when something grows above; so does the preview. */
      scrollAnchoring(anchors) {
        this.$$.style.overflowAnchor = anchors ? 'auto' : 'none';
      },
      /** What `node()` of a selector query answers; WeChat has it for an enhanced scroll-view only. */
      enhanced(enhanced) {
        this.$$.phoneNode = enhanced ? contextOf(this) : null;
      },
      'scrollX, scrollY, enableFlex'(x, y, flex) {
        this.$$.style.overflowX = x ? 'auto' : 'hidden';
        this.$$.style.overflowY = y ? 'auto' : 'hidden';
        this.$$.classList.toggle('flexible', flex);
      },
      scrollTop(top) {
        if (top !== null && top !== undefined) this.scrollBoxTo({ top: parseFloat(top) });
      },
      scrollLeft(left) {
        if (left !== null && left !== undefined) this.scrollBoxTo({ left: parseFloat(left) });
      },
      scrollIntoView(id) {
        if (id) requestAnimationFrame(() => this.showChild(id));
      },
    },
    lifetimes: {
      created() {
        this.$$.style.overflowAnchor = 'none';
      },
      attached() {
        let [lastTop, lastLeft] = [0, 0];
        this.$$.addEventListener(
          'scroll',
          () => {
            const { scrollTop, scrollLeft, scrollHeight, scrollWidth } = this.$$;
            const detail = {
              scrollTop,
              scrollLeft,
              scrollHeight,
              scrollWidth,
              deltaX: lastLeft - scrollLeft,
              deltaY: lastTop - scrollTop,
            };
            const movedOn = scrollTop > lastTop || scrollLeft > lastLeft;
            [lastTop, lastLeft] = [scrollTop, scrollLeft];
            this.triggerEvent('scroll', detail);
            this.tellEdges(movedOn);
          },
          { passive: true },
        );
      },
    },
    methods: {
      scrollBoxTo(to) {
        this.$$.scrollTo({ ...to, behavior: this.data.scrollWithAnimation ? 'smooth' : 'auto' });
      },
      showChild(id) {
        const child = this.$$.querySelector(`[id$="--${CSS.escape(id)}"]`);
        if (!child) return;
        const [box, target] = [this.$$.getBoundingClientRect(), child.getBoundingClientRect()];
        if (this.data.scrollY) this.scrollBoxTo({ top: this.$$.scrollTop + target.top - box.top });
        else this.scrollBoxTo({ left: this.$$.scrollLeft + target.left - box.left });
      },
      tellEdges(movedOn) {
        const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = this.$$;
        const { upperThreshold, lowerThreshold, scrollX } = this.data;
        const [start, rest] = scrollX
          ? [scrollLeft, scrollWidth - clientWidth - scrollLeft]
          : [scrollTop, scrollHeight - clientHeight - scrollTop];
        if (movedOn && rest <= lowerThreshold)
          this.triggerEvent('scrolltolower', { direction: scrollX ? 'right' : 'bottom' });
        if (!movedOn && start <= upperThreshold)
          this.triggerEvent('scrolltoupper', { direction: scrollX ? 'left' : 'top' });
      },
    },
  },

  'swiper-item': { properties: { itemId: String, skipHiddenItemLayout: Boolean } },

  swiper: {
    properties: {
      current: Number,
      currentItemId: String,
      autoplay: Boolean,
      interval: { type: Number, value: 5000 },
      duration: { type: Number, value: 500 },
      circular: Boolean,
      vertical: Boolean,
      indicatorDots: Boolean,
      indicatorColor: { type: String, value: 'rgba(0,0,0,.3)' },
      indicatorActiveColor: { type: String, value: '#000000' },
      previousMargin: String,
      nextMargin: String,
      displayMultipleItems: { type: Number, value: 1 },
      snapToEdge: Boolean,
      easingFunction: String,
    },
    observers: {
      'current, vertical, indicatorDots'() {
        if (this.ready) this.place(0);
      },
      'autoplay, interval'(autoplay, interval) {
        clearInterval(this.timer);
        if (autoplay) this.timer = setInterval(() => this.go(this.data.current + 1, 'autoplay'), interval);
      },
    },
    lifetimes: {
      attached() {
        this.ready = true;
        this.dots = document.createElement('i');
        this.dots.className = 'swiper-dots';
        this.$$.append(this.dots);
        requestAnimationFrame(() => this.place(0));
        followFinger(this);
      },
      detached() {
        clearInterval(this.timer);
        this.dots.remove();
      },
    },
    methods: {
      items() {
        return [...this.$$.querySelectorAll('wx-swiper-item')];
      },
      /** Lays the items out around the current one, moved by so many px. */
      place(shift) {
        const { current, vertical, duration, indicatorDots } = this.data;
        const items = this.items();
        const moving = shift !== 0;
        items.forEach((item, i) => {
          item.style.transition = moving ? 'none' : `transform ${duration}ms ease`;
          const offset = `calc(${(i - current) * 100}% + ${shift}px)`;
          item.style.transform = vertical ? `translateY(${offset})` : `translateX(${offset})`;
          item.inert = i !== current;
        });
        this.dots.replaceChildren(...(indicatorDots ? items : []).map((_, i) => this.dot(i === current)));
      },
      dot(active) {
        const dot = document.createElement('i');
        dot.style.background = active ? this.data.indicatorActiveColor : this.data.indicatorColor;
        return dot;
      },
      go(index, source) {
        const count = this.items().length;
        if (count === 0) return;
        const next =
          this.data.circular || source === 'autoplay'
            ? (index + count) % count
            : Math.min(count - 1, Math.max(0, index));
        const changed = next !== this.data.current;
        this.setData({ current: next });
        this.place(0);
        if (!changed) return;
        this.triggerEvent('change', { current: next, currentItemId: '', source });
        setTimeout(
          () => this.triggerEvent('animationfinish', { current: next, currentItemId: '', source }),
          this.data.duration,
        );
      },
    },
  },
};

function followFinger(swiper) {
  const along = (touch) => (swiper.data.vertical ? touch.clientY : touch.clientX);
  let from = null;
  let shift = 0;
  swiper.$$.addEventListener(
    'touchstart',
    (event) => {
      from = along(event.touches[0]);
      shift = 0;
    },
    { passive: true },
  );
  swiper.$$.addEventListener(
    'touchmove',
    (event) => {
      if (from === null) return;
      shift = along(event.touches[0]) - from;
      swiper.place(shift);
    },
    { passive: true },
  );
  swiper.$$.addEventListener('touchend', () => {
    if (from === null) return;
    from = null;
    const far = Math.abs(shift) > swiper.$$.clientWidth / 4;
    swiper.go(swiper.data.current - (far ? Math.sign(shift) : 0), 'touch');
  });
}
