import assert from 'node:assert/strict';
import { it } from 'node:test';
import { dated } from '../northbound/desired.ts';
import { writtenSince } from './since.ts';
import { buildContext } from './testing/build.ts';

const want = (release: 'zed' | '2024.1' | '2024.2') => writtenSince(buildContext({ release }), 'networkType', 'vlan');

it('is wanted, its absence being history, since the release that began', () => {
  assert.deepEqual(want('2024.2'), dated('networkType', 'vlan', undefined));
});

it('is neither wanted nor refused where only point releases write it', () => {
  const either = want('2024.1');
  assert.ok(typeof either === 'object' && either.is === 'choice');
  const nothing = { row: () => undefined, rowAt: () => undefined };
  assert.deepEqual(
    [undefined, 'vlan', 'flat'].map((found) => either.accepts(found, {}, nothing)),
    [true, true, false],
  );
  assert.equal(either.choose({}, nothing, { count: () => 0, total: () => 0, add: () => {} }), undefined);
});

it('is not mentioned before', () => {
  assert.equal(want('zed'), undefined);
});
