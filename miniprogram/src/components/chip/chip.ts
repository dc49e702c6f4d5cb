/** A state as one word. Tones: quiet, river, seal, ochre, moss; the word carries the meaning, the tone only helps. */
Component({
  properties: {
    text: { type: String, value: '' },
    tone: { type: String, value: 'quiet' },
  },
});
