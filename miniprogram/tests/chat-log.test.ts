import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ChatEvent, ChatMessage, ChatPassage, Conversation } from '../src/api/types';
import { ChatLog } from '../src/logic/chat-log';
import { chance, type Chance } from './support/chance';

const AT = '2026-11-23T09:00:00+08:00';
const none = { delivered: 0, read: 0 };

function conversation(seq: number, more: Partial<Conversation> = {}): Conversation {
  return {
    id: '7',
    side: 'reader',
    state: 'waiting',
    reader_name: null,
    librarian: null,
    department: null,
    about: null,
    about_page: null,
    opened_at: AT,
    waiting_since: AT,
    closed_at: null,
    tag: null,
    seq,
    unread: 0,
    last_text: null,
    last_at: AT,
    mine: none,
    theirs: none,
    ...more,
  };
}

function message(seq: number, state: ChatPassage = 'sent', side: 'reader' | 'staff' = 'reader'): ChatMessage {
  return {
    id: `m${seq}`,
    local_id: `local-${seq}`,
    side,
    text: `text ${seq}`,
    state,
    unchecked: false,
    at: AT,
    seq,
    shown_seq: null,
  };
}

function happened(seq: number, kind: ChatEvent['kind'], more: Partial<ChatEvent> = {}): ChatEvent {
  return { seq, kind, at: AT, who: null, message: null, delivered: null, read: null, words: null, ...more };
}

const posted = (seq: number, side: 'reader' | 'staff' = 'reader') =>
  happened(seq, 'posted', { who: { side, name: null }, message: message(seq, 'checking', side) });

/** A whole stream as a server would write it, with messages that change after they were posted. */
function streamOf(length: number, { below }: Chance): ChatEvent[] {
  const events: ChatEvent[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const earlier = events.filter(({ kind }) => kind === 'posted');
    const one = earlier[below(earlier.length || 1)];
    const turn = below(10);
    if (turn < 5 || !one) events.push(posted(seq, turn % 2 ? 'staff' : 'reader'));
    else if (turn < 7) {
      const state = (['sent', 'held', 'withdrawn'] as const)[below(3)] as ChatPassage;
      events.push(happened(seq, 'changed', { message: { ...(one.message as ChatMessage), state } }));
    } else if (turn < 9) {
      events.push(
        happened(seq, 'marked', { who: { side: 'staff', name: null }, delivered: seq, read: seq - 1 }),
      );
    } else events.push(happened(seq, 'claimed', { who: { side: 'staff', name: '何馆员' } }));
  }
  return events;
}

/** What a plain list makes of it: the states after all events, in the order of the numbers. */
function plainly(events: readonly ChatEvent[]): string[] {
  const states = new Map<string, string>();
  for (const { message: one } of events) if (one) states.set(one.id, one.state);
  return events
    .filter(({ kind }) => kind === 'posted' || kind === 'claimed')
    .map(({ seq, message: one }) => `${seq} ${one ? states.get(one.id) : 'claimed'}`);
}

const seen = (log: ChatLog) =>
  log.entries.map(({ seq, message: one }) => `${seq} ${one ? one.state : 'claimed'}`);

/** What the server answers: messages as they are after all that happened so far. */
function asNow(events: readonly ChatEvent[], wanted: (event: ChatEvent) => boolean): ChatEvent[] {
  const states = new Map<string, ChatPassage>();
  for (const { message: one } of events) if (one) states.set(one.id, one.state);
  return events
    .filter(wanted)
    .map((event) =>
      event.message
        ? { ...event, message: { ...event.message, state: states.get(event.message.id) as ChatPassage } }
        : event,
    );
}

const inHistory = ({ kind }: ChatEvent) => kind === 'posted' || kind === 'claimed';

test('events in any order, doubled and with gaps end as a plain list would', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const luck = chance(seed);
    const events = streamOf(1 + luck.below(60), luck);
    const log = new ChatLog('reader');
    const split = luck.below(events.length + 1);
    const before = events.slice(0, split);
    log.start({ conversation: conversation(split), events: asNow(before, inHistory), more: false });
    const pushed = luck.shuffled([...events, ...events.filter(() => luck.below(3) === 0)]);
    for (const event of pushed) {
      if (luck.below(4) === 0) continue; // lost on the way
      log.take(event);
      if (log.missed && luck.below(2) === 0) resume(log, events, luck);
    }
    while (log.have < events.length) resume(log, events, luck);
    assert.deepEqual(seen(log), plainly(events), `seed ${seed}`);
    assert.equal(log.missed, false);
  }
});

function resume(log: ChatLog, events: readonly ChatEvent[], { below }: Chance): void {
  const limit = 1 + below(20);
  const missing = asNow(events, ({ seq }) => seq > log.have);
  log.resumed({
    conversation: conversation(events.length),
    events: missing.slice(0, limit),
    more: missing.length > limit,
  });
}

test('pages of the history end as a plain list would, whatever changes while they are fetched', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const luck = chance(seed);
    const events = streamOf(40 + luck.below(40), luck);
    let now = 20 + luck.below(20);
    const page = (before: number) => {
      const all = asNow(events.slice(0, now), (event) => inHistory(event) && event.seq < before);
      const size = 1 + luck.below(12);
      return { conversation: conversation(now), events: all.slice(-size), more: all.length > size };
    };
    const log = new ChatLog('reader');
    log.start(page(Infinity));
    while (log.more || now < events.length) {
      const asked = log.more ? page(log.entries[0]?.seq ?? Infinity) : null;
      for (const event of events.slice(now, now + luck.below(6))) log.take(event);
      now = log.have;
      if (asked) log.older(asked);
    }
    assert.deepEqual(seen(log), plainly(events), `seed ${seed}`);
  }
});

test('a text that was acknowledged and pushed is one bubble, in either order', () => {
  const sent = {
    conversation_id: '7',
    message_id: 'm1',
    local_id: 'local-1',
    seq: 1,
    state: 'checking',
    at: AT,
  } as const;
  for (const first of ['answer', 'push']) {
    const log = new ChatLog('reader');
    log.start({ conversation: conversation(0), events: [], more: false });
    if (first === 'answer') log.stored(sent, 'text 1');
    log.take(posted(1));
    log.stored(sent, 'text 1');
    assert.deepEqual(seen(log), ['1 checking']);
    assert.ok(log.holds('local-1'));
  }
});

test('marks only move forward', () => {
  const log = new ChatLog('reader');
  log.start({ conversation: conversation(0), events: [], more: false });
  const marked = (seq: number, delivered: number, read: number) =>
    happened(seq, 'marked', { who: { side: 'staff', name: null }, delivered, read });
  log.take(marked(1, 5, 4));
  log.take(marked(2, 3, 2));
  assert.deepEqual(log.conversation?.theirs, { delivered: 5, read: 4 });
  log.resumed({ conversation: conversation(2), events: [], more: false });
  assert.deepEqual(log.conversation?.theirs, { delivered: 5, read: 4 });
});

test('a text that comes back is told of once, whichever way it is heard of', () => {
  const back = happened(2, 'changed', { message: message(1, 'returned') });
  const log = new ChatLog('reader');
  log.start({ conversation: conversation(1), events: [posted(1)], more: false });
  log.take(back);
  log.take(back);
  const later = new ChatLog('reader');
  const returned = { ...posted(1), message: message(1, 'returned') };
  later.start({ conversation: conversation(1), events: [returned], more: false });
  later.take(back);
  for (const { cameBack } of [log, later]) {
    assert.deepEqual(
      cameBack.map(({ id }) => id),
      ['m1'],
    );
  }
});

test('an event that turns the conversation asks for it anew, until a newer one came', () => {
  const log = new ChatLog('reader');
  log.start({ conversation: conversation(0), events: [], more: false });
  log.take(happened(1, 'claimed', { who: { side: 'staff', name: '何馆员' } }));
  assert.equal(log.turned, true);
  log.resumed({ conversation: conversation(1, { state: 'claimed' }), events: [], more: false });
  assert.equal(log.turned, false);
  assert.equal(log.conversation?.state, 'claimed');
});
