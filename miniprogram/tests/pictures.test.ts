import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chosen, idsLeft, kept, keptAs, standing, withChange } from '../src/logic/pictures';
import type { Picture } from '../src/api/types';

const there = chosen({ key: 'a', path: 'tmp/a', id: '7' });
const coming = chosen({ key: 'b', path: 'tmp/b', id: '' });

test('a feedback is ready when each picture is there, and a failure comes before what is on its way', () => {
  assert.equal(standing([]), 'there');
  assert.equal(standing([there]), 'there');
  assert.equal(standing([there, coming]), 'sending');
  const failed = withChange([there, coming], 'b', { failure: '传不上' });
  assert.equal(standing([...failed, coming]), 'failed');
  assert.deepEqual(
    failed.map(({ failure }) => failure),
    ['', '传不上'],
  );
});

test('a draft keeps where a picture lies and what the server calls it, not how far it is', () => {
  assert.deepEqual(kept([{ ...coming, percent: 40 }]), [{ key: 'b', path: 'tmp/b', id: '' }]);
  assert.deepEqual(kept(keptAs(['7', '8']).map(chosen)), keptAs(['7', '8']));
});

test('what was removed is not sent once more', () => {
  const pictures = (['shown', 'removed', 'checking', 'held'] as const).map((state, at): Picture => ({
    id: String(at),
    state,
    url: null,
    width: 1,
    height: 1,
  }));
  assert.deepEqual(idsLeft(pictures), ['0', '2', '3']);
});
