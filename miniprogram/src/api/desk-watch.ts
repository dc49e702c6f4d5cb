import { deskCount, listsOf, withChanged, type DeskLists } from '../logic/desk-queue';
import { me, onIdentity } from './session';
import { SharedWatch } from './shared-watch';
import { watchStream } from './stream-watch';
import type { Desk, DeskChanged, DeskLine, OnDuty } from './types';

/** The librarians' desk as it is now; `lists` by who has what. */
export interface DeskNow {
  lines: DeskLine[];
  lists: DeskLists;
  librarians: OnDuty[];
  held: number;
}

type Listener = (desk: DeskNow) => void;
type ErrorListener = (error: unknown) => void;

const followers = new Map<Listener, ErrorListener>();
let current: DeskNow | null = null;

function tell(lines: DeskLine[], { librarians, held }: Pick<DeskNow, 'librarians' | 'held'>): void {
  const desk = { lines, lists: listsOf(lines, me().id), librarians, held };
  current = desk;
  followers.forEach((_, listener) => listener(desk));
}

function begin(): () => void {
  return watchStream<Desk, DeskChanged>({
    watch: 'desk_watch',
    leave: 'desk_leave',
    payload: {},
    path: '/api/desk',
    changed: 'desk_changed',
    number: 'desk_number',
    isMine: () => true,
    onWhole: (desk) => tell(desk.items, desk),
    onChange: (change) => tell(withChanged(current?.lines ?? [], change.items, change.gone), change),
    onError: (error) => followers.forEach((onError) => onError(error)),
  });
}

const watch = new SharedWatch(begin, () => {
  current = null;
});

/**
 * Follows the desk until the returned function is called: the listener hears of it at once when somebody else
 * follows already, and at each change. All who follow share one watch.
 */
export function followDesk(listener: Listener, onError: ErrorListener = () => undefined): () => void {
  followers.set(listener, onError);
  if (current) listener(current);
  const leave = watch.follow();
  return () => {
    followers.delete(listener);
    leave();
  };
}

/** The desk as last heard; null while nobody follows it, or before the first answer. */
export function deskNow(): DeskNow | null {
  return current;
}

/** Takes what the server answered about a conversation, before its push arrives. */
export function noteLine(line: DeskLine): void {
  if (current) tell(withChanged(current.lines, [line]), current);
}

/** What asks for this librarian now. */
export function countNow(): number {
  return current ? deskCount(current.lists) : 0;
}

// Somebody else holds the phone: what is theirs is sorted anew, and asked for as them.
onIdentity(() => watch.restart());
