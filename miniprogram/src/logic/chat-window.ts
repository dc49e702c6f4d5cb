/** The part of a long conversation that is drawn: from one index up to another, which is out. */
export interface Window {
  from: number;
  to: number;
}

/** Bubbles drawn at most, at first, and how many come with each step. */
export const MOST = 120;
export const FIRST = 60;
export const STEP = 40;

/** The latest, or those around an index that should be seen first. */
export function opened(total: number, around = total): Window {
  const from = Math.max(0, Math.min(total - FIRST, around - STEP / 2));
  return { from, to: Math.min(total, from + MOST) };
}

export function upwards({ from, to }: Window): Window {
  const start = Math.max(0, from - STEP);
  return { from: start, to: Math.min(to, start + MOST) };
}

export function downwards({ from, to }: Window, total: number): Window {
  const end = Math.min(total, to + STEP);
  return { from: Math.max(from, end - MOST), to: end };
}

/** So many came in before the first: what is drawn stays. */
export function shifted({ from, to }: Window, added: number): Window {
  return { from: from + added, to: to + added };
}

/** Who looks at the end goes on looking at the end. */
export function followed({ from }: Window, total: number): Window {
  return { from: Math.min(total, Math.max(from, total - MOST)), to: total };
}
