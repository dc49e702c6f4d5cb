/**
 * The red stamp on a booking that stands: two or four characters, such as 已约. `fresh` shows it being stamped;
 * `faded` is for what is over. Never shown for anything that failed or is still unknown.
 */
Component({
  properties: {
    text: { type: String, value: '' },
    fresh: { type: Boolean, value: false },
    faded: { type: Boolean, value: false },
  },
});
