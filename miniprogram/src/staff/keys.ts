import { stir } from '../api/duty';
import { beside } from '../logic/desk-queue';
import { isWide } from './wide';

/** A list beside what is chosen from it, as the keyboard of a computer goes through it. */
export interface KeyedList {
  ids(): string[];
  pointed(): string;
  point(id: string): void;
  enter(): void;
  leave(): void;
}

const STEPS: Record<string, 1 | -1> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

/** Whether WeChat tells of keys here: it does on computers. */
export const hasKeys = (): boolean => wx.canIUse('onKeyDown');

/**
 * Follows the keyboard until the returned function is called: up and down go through the list, Enter is for what they
 * stand on, Esc leaves what is open. WeChat keeps keys that are typed into a field to itself.
 */
export function followKeys(list: KeyedList): () => void {
  if (!hasKeys()) return () => undefined;
  const press = ({ key }: { key: string }) => {
    stir();
    if (!isWide()) return;
    const step = STEPS[key];
    const next = step ? beside(list.ids(), list.pointed() || null, step) : null;
    if (next) list.point(next);
    else if (key === 'Enter') list.enter();
    else if (key === 'Escape') list.leave();
  };
  wx.onKeyDown(press);
  return () => wx.offKeyDown(press);
}
