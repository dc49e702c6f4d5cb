import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import type { Kept } from '../src/logic/feedback-outbox';
import { chance } from './support/chance';
import { Phone, refusal, silence, tooMany, type Answer, type Sent } from './support/phone';

const PATHS = ['/api/feedback', '/api/ratings', '/api/ratings/decline'];
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
  readonly kept = new Map<string, Record<string, unknown>>();
  luck = chance(1);
  losses = 0;
  refused = '';

  answer = (sent: Sent): Answer | typeof silence => {
    if (sent.path === '/api/sign-in') return { status: 200, data: { token: 'token', me: person } };
    if (!PATHS.includes(sent.path)) return { status: 200, data: person };
    if (this.luck.below(10) < this.losses) return silence;
    if (sent.path === this.refused) return refusal(409, 'rated_already', '不能再评了。');
    const body = sent.body ?? {};
    const key = String(body['local_id'] ?? `declined-${String(body['id'])}`);
    if (!this.kept.has(key)) this.kept.set(key, body);
    if (this.luck.below(10) < this.losses) return silence;
    return { status: 200, data: { feedback_id: `f-${key}`, local_id: key, state: 'received', at: '' } };
  };
}

const library = new Library();
const phone = new Phone(library.answer);
const client = Promise.all([import('../src/api/feedback-outbox'), import('../src/api/session')]).then(
  ([{ told }, session]) => ({ told, ...session }),
);

function left(): Kept[] {
  return (phone.storage.get('told:5') as Kept[] | undefined) ?? [];
}

beforeEach(async () => {
  const { ensureSignedIn } = await client;
  Object.assign(library, { losses: 0, refused: '' });
  library.kept.clear();
  phone.storage.delete('told:5');
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

test('what was told and rated is stored once and in its order, whatever is lost on the way', async () => {
  const { told } = await client;
  told.start();
  for (let seed = 1; seed <= 20; seed += 1) {
    Object.assign(library, { luck: chance(seed), losses: 4 });
    library.kept.clear();
    told.tell('space', `${seed}-first`, true);
    told.rate('visit', String(seed), 4);
    told.tell('other', `${seed}-second`, false);
    told.decline('chat', String(seed));
    assert.ok(told.isRated('visit', String(seed)));
    await until(() => left().length === 0);
    const stored = [...library.kept.values()];
    assert.deepEqual(
      stored.map(({ text, stars, kind }) => text ?? stars ?? kind),
      [`${seed}-first`, 4, `${seed}-second`, 'chat'],
    );
  }
});

test('a text that is on its way outlives the app, and is sent under its own id', async () => {
  const { told } = await client;
  library.losses = 10;
  const key = told.tell('space', '还在路上', true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(
    left().map((kept) => kept.key),
    [key],
  );
  library.losses = 0;
  await until(() => library.kept.has(key));
  await until(() => left().length === 0);
});

test('a refused rating is forgotten, and holds up nothing', async () => {
  const { told } = await client;
  library.refused = '/api/ratings';
  told.rate('visit', '7', 5);
  const key = told.tell('space', '之后写的', true);
  await until(() => library.kept.has(key));
  await until(() => left().length === 0);
});

test('a refused text stays with the reason, and its author may take it back', async () => {
  const { told } = await client;
  library.refused = '/api/feedback';
  const outcomes: unknown[] = [];
  const off = told.onSettled((key, outcome) => outcomes.push([key, outcome]));
  const key = told.tell('space', '写坏了', true);
  await until(() => outcomes.length > 0);
  off();
  assert.deepEqual(outcomes, [[key, { refusal: '不能再评了。' }]]);
  assert.deepEqual(
    told.unsent().map(({ payload, refusal: why }) => [payload.text, why]),
    [['写坏了', '不能再评了。']],
  );
  told.drop(key);
  assert.deepEqual(told.unsent(), []);
});

test('what was told is kept and sent when the server asked to be asked again', async () => {
  const { told } = await client;
  const { noteReached, noteUnreached } = await import('../src/api/network');
  phone.server = (sent) => (PATHS.includes(sent.path) ? tooMany(0.2) : library.answer(sent));
  phone.sent.length = 0;
  const key = told.tell('space', '说得太快', true);
  await new Promise((resolve) => setTimeout(resolve, 100));
  noteUnreached();
  noteReached();
  told.rate('visit', '9', 5);
  assert.deepEqual([phone.sent.length, left().length], [1, 2]);
  phone.server = library.answer;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual([library.kept.has(key), left().length], [true, 0]);
});
