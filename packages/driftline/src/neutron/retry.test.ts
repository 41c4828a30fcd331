import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelayMs } from './retry.ts';

test('a conflict is tried again a few times, each time after a longer wait', () => {
  const delays = Array.from({ length: 20 }, (_, index) => retryDelayMs('conflict', index + 1));
  const given = delays.filter((delay) => delay !== undefined);
  assert.deepEqual(
    given,
    given.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(given).size, given.length);
  assert.equal(delays.at(-1), undefined);
});

test('what another attempt cannot mend is not tried again', () => {
  for (const code of ['auth', 'no-database', 'not-neutron', 'unknown-release', 'timeout', 'closed'] as const) {
    assert.equal(retryDelayMs(code, 1), undefined);
  }
});
