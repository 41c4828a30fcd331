import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReplicaRow } from '../../src/index.ts';
import { Random } from './random.ts';
import { openWorld, runOnce } from './run.ts';
import { findViolations, type Outcome } from './truth.ts';

describe('truth under faults', () => {
  it('holds in a sample of the campaign (npm run campaign:ovsdb-faults makes a thousand runs)', async () => {
    await using world = await openWorld(new Random(1));
    for (let seed = 1; seed <= 5; seed++) {
      const { violations, outcomes } = await runOnce(world, seed);
      assert.deepEqual(violations, [], `seed ${seed}`);
      assert.ok(outcomes.committed + outcomes.failed + outcomes.unknown > 0);
    }
  });
});

describe('the judge of the campaign', () => {
  const shelf = (name: string, visits = 0): ReplicaRow => ({ _uuid: `uuid of ${name}`, name, visits });
  const rows = (...shelves: ReplicaRow[]) => new Map(shelves.map((row) => [row._uuid, row]));
  const content = rows(shelf('counter', 1), shelf('t0'));
  const seen = {
    truth: content,
    watcher: content,
    writer: content,
    told: content,
    outcomes: new Map<string, Outcome>([
      ['t0', 'committed'],
      ['t1', { failed: 'not-owner' }],
      ['t2', 'unknown'],
    ]),
  };

  it('finds nothing where all agree', () => {
    assert.deepEqual(findViolations(seen), []);
  });

  for (const [what, wrong] of [
    ['a lost row', { watcher: rows(shelf('counter', 1)), told: rows(shelf('counter', 1)) }],
    ['a cell that differs', { writer: rows(shelf('counter', 1), shelf('t0', 7)) }],
    ['a change that was never told', { told: rows(shelf('counter', 1)) }],
    ['a commit that is not there', { outcomes: new Map<string, Outcome>([...seen.outcomes, ['t3', 'committed']]) }],
    ['a failure that is there', { outcomes: new Map<string, Outcome>([['t0', { failed: 'not-owner' }]]) }],
    ['a transaction applied twice', { truth: rows(shelf('counter', 2), shelf('t0')) }],
  ] as const) {
    it(`finds ${what}`, () => {
      assert.notDeepEqual(findViolations({ ...seen, ...wrong }), []);
    });
  }
});
