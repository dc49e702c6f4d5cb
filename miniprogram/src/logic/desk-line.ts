import type { Conversation, DeskLine } from '../api/types';
import { deskSay, deskWords } from '../words/desk';
import { isHere, waited } from './desk-queue';
import { moment, shortMoment } from './time';

/** Who has a conversation, as its librarian on this phone sees it. */
export type Hold = 'waiting' | 'mine' | 'other' | 'closed';

export function holdOf(
  { state, librarian }: Pick<Conversation, 'state' | 'librarian'>,
  me: string | null,
): Hold {
  if (state !== 'claimed') return state;
  return librarian !== null && librarian.id === me ? 'mine' : 'other';
}

export function nameOf({ reader_name: name }: Pick<Conversation, 'reader_name'>): string {
  return name ?? deskWords.reader;
}

export function colleagueOf({ librarian }: Pick<Conversation, 'librarian'>): string {
  return librarian?.name ?? deskWords.colleague;
}

/** How it stands with a conversation, in a few words; '' for one's own. */
export function standingOf(seen: Conversation, hold: Hold, now: number): string {
  if (hold === 'waiting') return waited(seen.waiting_since, now);
  if (hold === 'other') return deskSay.with(colleagueOf(seen));
  return hold === 'closed' && seen.closed_at ? deskSay.closedAt(moment(seen.closed_at, now)) : '';
}

/** A conversation as the list shows it; `label` says all of it to who listens. */
export interface LineView {
  id: string;
  hold: Hold;
  name: string;
  about: string;
  department: string;
  text: string;
  when: string;
  who: string;
  tag: string;
  unread: number;
  first: boolean;
  here: boolean;
  label: string;
}

export function lineView(line: DeskLine, me: string | null, now: number): LineView {
  const hold = holdOf(line, me);
  const waits = hold === 'waiting';
  const view = {
    id: line.id,
    hold,
    name: nameOf(line),
    about: line.about ?? '',
    department: line.department?.name ?? '',
    text: (waits ? line.first_text : line.last_text) ?? '',
    when: waits ? waited(line.waiting_since, now) : shortMoment(line.last_at, now),
    who: hold === 'other' ? deskSay.with(colleagueOf(line)) : '',
    tag: line.tag ?? '',
    unread: hold === 'mine' ? line.unread : 0,
    first: waits && line.first_place,
    here: hold !== 'closed' && isHere(line, now),
  };
  if (hold === 'closed' && line.closed_at) view.when = moment(line.closed_at, now);
  return { ...view, label: labelOf(view) };
}

function labelOf(view: Omit<LineView, 'label'>): string {
  return deskSay.line(view.name, [
    view.first ? deskWords.first : '',
    view.hold === 'closed' ? '' : view.here ? deskWords.here : deskWords.gone,
    view.who,
    view.when,
    view.unread ? deskSay.unread(view.unread) : '',
    view.department,
    view.about,
    view.text,
  ]);
}
