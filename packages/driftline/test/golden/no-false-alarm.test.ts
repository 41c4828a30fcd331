import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Verdict } from '../../src/reconcile/judge.ts';
import { look } from '../../src/reconcile/reconcile.ts';
import { type Engine, type GoldenRelease, goldenReleases } from '../lab/golden.ts';
import { openGoldenDeployment } from './deployment.ts';
import { NEUTRON_FAULTS, type NeutronFault } from './neutron-faults.ts';

/** What a verdict found, in the words of the list of Neutron's faults; whole rows have no column. */
function foundIn({ drift }: Verdict): Omit<NeutronFault, 'proof'>[] {
  return drift.flatMap((change) =>
    change.action === 'update'
      ? change.differences.map(({ column, key, found, wanted }) => ({
          table: change.table,
          key: change.key,
          column,
          ...(key === undefined ? {} : { mapKey: key }),
          found,
          wanted,
        }))
      : [{ table: change.table, key: change.key, column: '', found: change.action, wanted: change.reason }],
  );
}

const expected = (release: GoldenRelease) => NEUTRON_FAULTS[release].map(({ proof: _, ...fault }) => fault);

async function lookAt(release: GoldenRelease, engine: Engine): Promise<Verdict> {
  await using opened = await openGoldenDeployment(release, { engine });
  return await look(opened.deployment);
}

describe('no false alarm', () => {
  for (const release of goldenReleases) {
    it(`${release} differs from what Neutron says only where Neutron itself is wrong`, async () => {
      const verdict = await lookAt(release, 'sqlite');
      assert.ok(verdict.counts.desiredRows > 100, 'something was compared');
      assert.deepEqual(foundIn(verdict), expected(release));
      assert.deepEqual(verdict.backfill, []);
      assert.deepEqual(verdict.doubts, []);
      assert.deepEqual(verdict.faults, []);
      assert.equal(verdict.counts.foreignRows, 0);
    });
  }

  for (const engine of ['mariadb', 'postgresql'] as const) {
    it(`2026.1 reads the same on ${engine}`, async () => {
      assert.deepEqual(foundIn(await lookAt('2026.1', engine)), expected('2026.1'));
    });
  }

  it('every fault of Neutron on the list names its proof', () => {
    for (const faults of Object.values(NEUTRON_FAULTS))
      for (const { proof } of faults) assert.match(proof, /\.py|LP#\d+/);
  });
});
