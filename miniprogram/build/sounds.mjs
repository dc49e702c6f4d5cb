/**
 * Makes `assets/sounds/news.wav`: two soft notes a fifth apart, for librarians when somebody asks. Run it after a
 * change of the notes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const out = fileURLToPath(new URL('../src/assets/sounds/', import.meta.url));
const RATE = 16_000;
const LENGTH_S = 0.42;
/** How loud at most, of 1; a note rises within RISE_S and fades with DECAY_S. */
const LOUD = 0.32;
const RISE_S = 0.008;
const DECAY_S = 0.09;
const NOTES = [
  { hz: 587.33, at: 0 },
  { hz: 880, at: 0.11 },
];

function loudness(s) {
  if (s < 0) return 0;
  return Math.min(1, s / RISE_S) * Math.exp(-s / DECAY_S);
}

/** One channel of 16 bits, as WAV has it. */
function wav(samples) {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length * 2, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length * 2, 40);
  const body = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, i) => body.writeInt16LE(Math.round(sample * 32_767), i * 2));
  return Buffer.concat([head, body]);
}

const samples = Array.from({ length: RATE * LENGTH_S }, (_, i) => {
  const s = i / RATE;
  const note = ({ hz, at }) => loudness(s - at) * Math.sin(2 * Math.PI * hz * (s - at));
  // the last tenth fades to nothing, so that it does not end with a click
  return LOUD * Math.min(1, (LENGTH_S - s) / (LENGTH_S / 10)) * NOTES.reduce((sum, n) => sum + note(n), 0);
});

mkdirSync(out, { recursive: true });
writeFileSync(`${out}news.wav`, wav(samples));
