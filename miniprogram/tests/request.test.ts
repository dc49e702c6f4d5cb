import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { Phone, refusal, silence, type Answer, type Sent } from './support/phone';

const person = { id: '5', nickname: null, roles: ['reader'], permissions: [], unread: 0, reminders: [] };
const guest = { ...person, id: null, roles: ['guest'] };

/** A server that knows one token at a time, and hands out the next at each sign-in. */
class Library {
  known = 0;

  answer = (sent: Sent): Answer => {
    const signedIn = sent.token === `token-${this.known}` && this.known > 0;
    if (sent.path === '/api/sign-in') {
      this.known += 1;
      return { status: 200, data: { token: `token-${this.known}`, me: person } };
    }
    if (sent.path === '/api/me') {
      if (sent.token && !signedIn) return refusal(401, 'sign_in_needed');
      return { status: 200, data: signedIn ? person : guest };
    }
    if (!signedIn) return refusal(401, 'sign_in_needed');
    return { status: 200, data: { done: sent.body ?? null } };
  };
}

const library = new Library();
const phone = new Phone(library.answer);
// The client reads its storage when it is loaded, so the phone must be there before.
const client = Promise.all([import('../src/api/request'), import('../src/api/session')]).then(
  ([{ request, ApiError, newKey }, session]) => ({ request, ApiError, newKey, ...session }),
);

beforeEach(async () => {
  const { forget } = await client;
  phone.server = library.answer;
  phone.login = true;
  forget();
  phone.sent.length = 0;
});

test('a request that needs a person signs in once and is asked again', async () => {
  const { request, me } = await client;
  assert.deepEqual(await request('POST', '/api/seats/1/bookings', { idempotency_key: 'k' }), {
    done: { idempotency_key: 'k' },
  });
  assert.deepEqual(phone.paths(), [
    'POST /api/seats/1/bookings',
    'POST /api/sign-in',
    'POST /api/seats/1/bookings',
  ]);
  assert.equal(me().id, '5');
});

test('requests at the same time share one sign-in', async () => {
  const { request } = await client;
  await Promise.all(['/api/bookings', '/api/inbox', '/api/me/sessions'].map((path) => request('GET', path)));
  assert.equal(phone.paths().filter((path) => path.endsWith('/api/sign-in')).length, 1);
});

test('a session that ended elsewhere is replaced, not repeated for ever', async () => {
  const { request, ApiError } = await client;
  await request('GET', '/api/bookings');
  phone.server = (sent) =>
    sent.path === '/api/sign-in' ? library.answer(sent) : refusal(401, 'sign_in_needed');
  phone.sent.length = 0;
  await assert.rejects(request('GET', '/api/bookings'), ApiError);
  assert.deepEqual(phone.paths(), ['GET /api/bookings', 'POST /api/sign-in', 'GET /api/bookings']);
});

test('silence is answered by asking again with the same key', async () => {
  const { request, newKey } = await client;
  await request('GET', '/api/bookings');
  phone.sent.length = 0;
  let lost = true;
  phone.server = (sent) => {
    const answer = lost ? silence : library.answer(sent);
    lost = false;
    return answer;
  };
  const key = newKey();
  await request('POST', '/api/seats/1/bookings', { idempotency_key: key });
  assert.deepEqual(
    phone.sent.map(({ body }) => body?.['idempotency_key']),
    [key, key],
  );
});

test('what is not repeatable is not repeated after silence', async () => {
  const { request } = await client;
  await request('GET', '/api/bookings');
  phone.sent.length = 0;
  phone.server = () => silence;
  await assert.rejects(request('POST', '/api/admin/invitations', { role: 'editor' }), { code: 'offline' });
  assert.equal(phone.sent.length, 1);
});

test('a refusal keeps the server’s sentence, its numbers and its request id', async () => {
  const { request } = await client;
  phone.server = () => refusal(409, 'too_many_today', '今天的 2 次预约都用完了。');
  await assert.rejects(request('POST', '/api/seats/1/bookings', { idempotency_key: 'k' }), {
    code: 'too_many_today',
    message: '今天的 2 次预约都用完了。',
    details: { limit: 2 },
    requestId: '7f3a',
    status: 409,
  });
});

test('an answer that is not the server’s is our fault, in our words', async () => {
  const { request } = await client;
  phone.server = () => ({
    status: 502,
    data: '<html>Bad Gateway</html>',
    headers: { 'x-request-id': 'abc' },
  });
  await assert.rejects(request('GET', '/api/home'), { code: 'our_fault', requestId: 'abc', status: 502 });
});

test('a sign-in code that WeChat refuses is replaced once', async () => {
  const { ensureSignedIn } = await client;
  let refused = false;
  phone.server = (sent) => {
    if (sent.path !== '/api/sign-in' || refused) return library.answer(sent);
    refused = true;
    return refusal(422, 'code_refused');
  };
  assert.equal((await ensureSignedIn()).id, '5');
  const codes = phone.sent.filter(({ path }) => path === '/api/sign-in').map(({ body }) => body?.['code']);
  assert.equal(codes.length, 2);
  assert.notEqual(codes[0], codes[1]);
});

test('a sign-in that WeChat itself refuses is no silence: what was asked did not happen', async () => {
  const { request, ApiError } = await client;
  phone.login = false;
  await assert.rejects(
    request('POST', '/api/seats/1/bookings', { idempotency_key: 'k' }),
    (error) => error instanceof ApiError && error.code === 'login_failed',
  );
  assert.deepEqual(phone.paths(), ['POST /api/seats/1/bookings']);
});

test('signing out leaves a guest, who stays one until they ask', async () => {
  const { request, signOut, signedOutByChoice, ensureSignedIn, me } = await client;
  await request('GET', '/api/bookings');
  await signOut(false);
  assert.equal(me().id, null);
  assert.equal(signedOutByChoice(), true);
  assert.equal(phone.storage.has('token'), false);
  await ensureSignedIn();
  assert.equal(signedOutByChoice(), false);
});

test('what was asked before signing out does not sign in again', async () => {
  const { request, signOut, ensureSignedIn, tokenNow } = await client;
  await ensureSignedIn();
  phone.server = (sent) =>
    sent.path === '/api/me/sessions' ? refusal(401, 'sign_in_needed') : library.answer(sent);
  const asked = request('GET', '/api/me/sessions');
  const left = signOut(false); // the server has heard it before it answers what was asked
  await assert.rejects(asked);
  await left;
  assert.equal(tokenNow(), '');
  assert.deepEqual(
    phone.paths().filter((path) => path.endsWith('/api/sign-in')),
    ['POST /api/sign-in'],
  );
  await ensureSignedIn();
});

test('keys are long enough to be unique and short enough for the server', async () => {
  const { newKey } = await client;
  const keys = new Set(Array.from({ length: 1000 }, newKey));
  assert.equal(keys.size, 1000);
  for (const key of keys) assert.match(key, /^[A-Za-z0-9_-]{8,64}$/);
});

test('the server’s clock is followed, not the phone’s', async () => {
  const { request } = await client;
  const { serverNow } = await import('../src/api/clock');
  const ahead = 3 * 3_600_000;
  const headers = () => ({ 'server-time': new Date(Date.now() + ahead).toISOString() });
  phone.server = () => ({ status: 200, headers: headers() });
  await request('GET', '/api/home');
  assert.ok(Math.abs(serverNow() - Date.now() - ahead) < 1_000);
});
