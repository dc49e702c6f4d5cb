/**
 * The one main action of a page, saying what it does, with its consequence beneath. Bind `tap` on it: the tap is the
 * finger's own, so that what WeChat allows only within a tap (asking for consent) works. A busy or disabled button
 * swallows the tap.
 */
Component({
  properties: {
    text: { type: String, value: '' },
    consequence: { type: String, value: '' },
    busy: { type: Boolean, value: false },
    disabled: { type: Boolean, value: false },
    /** `river`, or `seal` for what cannot be taken back. */
    tone: { type: String, value: 'river' },
  },
  methods: {
    ignore() {},
  },
});
