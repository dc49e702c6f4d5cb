import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { sendable, type Unsent } from '../src/logic/chat-outbox';
import { chance } from './support/chance';
import { Phone, refusal, silence, tooMany, type Answer, type Sent } from './support/phone';

const person = {
  id: '5',
  nickname: null,
  roles: ['reader'],
  held: [],
  permissions: [],
  unread: 0,
  chat_unread: 0,
  reminders: [],
};

/** A server that keeps each `local_id` once, and loses answers and questions by chance. */
class Library {
  readonly kept: { local_id: string; conversation: string; text: string }[] = [];
  luck = chance(1);
  losses = 0;
  conversations = 0;
  refused = '';

  answer = (sent: Sent): Answer | typeof silence => {
    if (sent.path === '/api/sign-in') return { status: 200, data: { token: 'token', me: person } };
    if (sent.path !== '/api/chat-messages') return { status: 200, data: person };
    if (this.luck.below(10) < this.losses) return silence;
    const { local_id, text, conversation_id } = sent.body as Record<string, string>;
    if (text === this.refused) return refusal(422, 'invalid_input', '太长了。');
    const known = this.kept.find((one) => one.local_id === local_id);
    const stored = known ?? {
      local_id: local_id as string,
      text: text as string,
      conversation: conversation_id ?? `c${(this.conversations += this.conversations ? 0 : 1)}`,
    };
    if (!known) this.kept.push(stored);
    if (this.luck.below(10) < this.losses) return silence;
    const seq = this.kept.indexOf(stored) + 1;
    const data = {
      conversation_id: stored.conversation,
      message_id: `m${seq}`,
      local_id,
      seq,
      state: 'sent',
      at: '',
    };
    return { status: 200, data };
  };
}

const library = new Library();
const phone = new Phone(library.answer);
const client = Promise.all([import('../src/api/chat-outbox'), import('../src/api/session')]).then(
  ([{ outbox }, session]) => ({ outbox, ...session }),
);

beforeEach(async () => {
  const { ensureSignedIn } = await client;
  Object.assign(library, { losses: 0, refused: '', conversations: 0 });
  library.kept.length = 0;
  phone.storage.delete('outbox:5');
  await ensureSignedIn();
});

/** Until a thing holds; the way is made free again meanwhile, as the network's return would. */
async function until(holds: () => boolean): Promise<void> {
  const { noteReached, noteUnreached } = await import('../src/api/network');
  for (let turn = 0; turn < 2000 && !holds(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    noteUnreached();
    noteReached();
  }
  assert.ok(holds());
}

test('every text is stored once and in its order, whatever is lost on the way', async () => {
  const { outbox } = await client;
  outbox.start();
  for (let seed = 1; seed <= 20; seed += 1) {
    Object.assign(library, { luck: chance(seed), losses: 4, conversations: 0 });
    library.kept.length = 0;
    const texts = Array.from({ length: 8 }, (_, at) => `${seed}-${at}`);
    for (const text of texts) outbox.add('', text, null);
    await until(() => phone.storage.get('outbox:5') instanceof Array && outboxIsEmpty());
    assert.deepEqual(
      library.kept.map(({ text }) => text),
      texts,
    );
    assert.equal(new Set(library.kept.map(({ conversation }) => conversation)).size, 1);
  }
});

const outboxIsEmpty = () => (phone.storage.get('outbox:5') as Unsent[]).length === 0;

test('a text is on the phone before anything is sent, and still there when nobody answers', async () => {
  const { outbox } = await client;
  phone.server = () => silence;
  phone.sent.length = 0;
  outbox.add('c1', 'kept', null);
  assert.equal((phone.storage.get('outbox:5') as Unsent[])[0]?.text, 'kept');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(
    outbox.of('c1').map(({ text }) => text),
    ['kept'],
  );
  phone.server = library.answer;
  await until(outboxIsEmpty);
  const ids = phone.sent.map(({ body }) => body?.['local_id']);
  assert.ok(ids.length > 1);
  assert.equal(new Set(ids).size, 1);
});

test('a refused text keeps the server’s sentence, holds up no other and can be sent again', async () => {
  const { outbox } = await client;
  library.refused = 'wrong';
  outbox.add('c1', 'wrong', null);
  outbox.add('c1', 'right', null);
  await until(() => library.kept.length === 1);
  const [left] = outbox.of('c1');
  assert.deepEqual([left?.text, left?.refusal], ['wrong', '太长了。']);
  library.refused = '';
  outbox.again(left?.local_id ?? '');
  await until(() => library.kept.length === 2);
  assert.notEqual(library.kept[1]?.local_id, left?.local_id);
});

test('who was told to wait asks nothing before, whatever else says that the way is free', async () => {
  const { outbox } = await client;
  const { noteReached, noteUnreached } = await import('../src/api/network');
  phone.server = (sent) => (sent.path === '/api/chat-messages' ? tooMany(0.3) : library.answer(sent));
  phone.sent.length = 0;
  outbox.add('c1', 'first', null);
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    noteUnreached();
    noteReached();
    if (turn === 10) outbox.add('c2', 'second', null);
  }
  assert.equal(phone.sent.length, 1);
  phone.server = library.answer;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(library.kept.map(({ text }) => text).sort(), ['first', 'second']);
});

test('what one person typed is not shown to, nor sent by, the next', async () => {
  const { outbox, leave, ensureSignedIn } = await client;
  phone.server = () => silence;
  outbox.add('c1', 'mine', null);
  leave();
  assert.deepEqual(outbox.of('c1'), []);
  phone.server = library.answer;
  await ensureSignedIn();
  await until(() => library.kept.length === 1);
});

test('one text of each conversation is under way at a time', () => {
  const list = ['a', 'b', 'a', 'c'].map((place, at) => ({
    local_id: `${at}`,
    place,
    text: '',
    about: null,
    refusal: at === 3 ? 'no' : '',
  }));
  const ids = (busy: string[]) => sendable(list, new Set(busy)).map(({ local_id }) => local_id);
  assert.deepEqual(ids([]), ['0', '1']);
  assert.deepEqual(ids(['a']), ['1']);
});
