import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffMs, defaultBackoff, shuffle } from './backoff.ts';

test('the bound doubles with each failed round, up to the cap', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7, 100].map((rounds) => backoffMs(rounds, defaultBackoff, () => 1));
  assert.deepEqual(bounds, [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
});

test('the delay lies anywhere up to the bound', () => {
  assert.equal(
    backoffMs(3, defaultBackoff, () => 0),
    0,
  );
  assert.equal(
    backoffMs(3, defaultBackoff, () => 0.5),
    500,
  );
});

test('shuffling loses and adds nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      assert.deepEqual(shuffle(items).sort(), [...items].sort());
    }),
  );
});
