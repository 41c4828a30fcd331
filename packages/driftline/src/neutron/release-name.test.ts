import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtLeast, RELEASES } from './release-name.ts';

test('zed comes before every release that carries a year', () => {
  for (const release of RELEASES.slice(1)) {
    assert.equal(isAtLeast(release, 'zed'), true);
    assert.equal(isAtLeast('zed', release), false);
  }
});

test('a release is at least itself', () => {
  for (const release of RELEASES) assert.equal(isAtLeast(release, release), true);
});

test('releases after zed are listed in the order of their names', () => {
  const dated = RELEASES.slice(1);
  assert.deepEqual(dated.toSorted(), dated);
});
