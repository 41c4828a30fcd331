import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RELEASES, type Release } from '../../src/neutron/release-name.ts';
import { look } from '../../src/reconcile/reconcile.ts';
import type { GoldenRelease } from '../lab/golden.ts';
import { openGoldenDeployment } from './deployment.ts';
import { NEUTRON_FAULTS } from './neutron-faults.ts';

/**
 * Law 11: rows that an earlier release wrote are history, not drift. The Northbound of a golden deployment is looked at
 * as a later release would on the day after the upgrade, before any row was written anew.
 */
const laterThan = (release: Release): readonly Release[] => RELEASES.slice(RELEASES.indexOf(release) + 1);

const upgrades: readonly (readonly [GoldenRelease, Release])[] = [
  ...laterThan('zed').map((to) => ['zed', to] as const),
  ...laterThan('2026.1').map((to) => ['2026.1', to] as const),
];

describe('after an upgrade', () => {
  for (const [from, to] of upgrades) {
    it(`what ${from} wrote is back-fill to ${to}, and not drift`, async () => {
      await using opened = await openGoldenDeployment(from, { flags: ['--driftline-release', to] });
      const { drift, backfill, doubts, faults } = await look(opened.deployment);
      const faulty = NEUTRON_FAULTS[from].map(({ table, key }) => `update ${table} ${key}`);
      assert.deepEqual(
        drift.map(({ action, table, key }) => `${action} ${table} ${key}`),
        faulty,
      );
      assert.ok(backfill.length > 0, 'the releases differ');
      assert.deepEqual([doubts, faults], [[], []]);
    });
  }

  it('a row in an old shape among rows of the present release is drift', async () => {
    await using opened = await openGoldenDeployment('2026.1', { writable: true });
    const { northbound } = opened.deployment;
    const [port] = [...northbound.source.rows('Logical_Switch_Port')].filter(({ type }) => type === '');
    assert.ok(port);
    await northbound.transact([
      {
        op: 'mutate',
        table: 'Logical_Switch_Port',
        where: { uuid: port._uuid },
        mutations: [['external_ids', 'delete', ['neutron:vnic_type']]],
      },
    ]);
    const { drift, backfill } = await look(opened.deployment);
    assert.deepEqual([drift.length, backfill.length], [1, 0]);
  });
});
