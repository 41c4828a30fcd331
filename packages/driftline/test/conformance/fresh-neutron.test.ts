/**
 * No false alarm: what a real Neutron 21.0.0 wrote, as it is when its revision numbers say that it has written all,
 * agrees with the translation in every cell; after everything was changed and deleted too.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NeutronLabOptions } from '../lab/neutron-lab.ts';
import { startPopulatedLab } from '../lab/populated-lab.ts';
import { changeEverything } from './changes/everything.ts';
import { findTwin, OLDER_TWIN } from './changes/security.ts';
import { assertClean, checkSettled, runCommand } from './live-neutron.ts';
import { faultsAfterChanges } from './neutron-faults.ts';

const deployments: Readonly<Record<string, NeutronLabOptions>> = {
  'on MariaDB with distributed floating IPs': {},
  'on PostgreSQL with centralised floating IPs': {
    engine: 'postgresql',
    configuration: ['[ovn]', 'enable_distributed_floating_ip = false'],
  },
};

describe('a fresh Neutron, populated through its API,', () => {
  for (const [name, options] of Object.entries(deployments)) {
    it(`${name} has no drift, and none after everything was changed but where Neutron itself is wrong`, async (t) => {
      await using populated = await startPopulatedLab(options);
      const { lab, deployment } = populated;
      try {
        const first = await checkSettled(lab);
        assert.ok(first.counts.desiredRows > 200, `${first.counts.desiredRows} rows wanted`);
        assertClean(first);
        const { code, out } = await runCommand(lab, ['check', '--strict']);
        assert.equal(code, 0, out);

        const olderTwin = await findTwin(lab.api, deployment, OLDER_TWIN);
        await changeEverything(lab, deployment);
        const second = await checkSettled(lab);
        t.diagnostic(`${first.counts.desiredRows} rows, after the changes ${second.counts.desiredRows}`);
        const faults = await faultsAfterChanges(lab.api, deployment, olderTwin);
        assertClean(
          second,
          faults.map(({ proof: _, ...fault }) => fault),
        );
      } catch (error) {
        console.error(lab.logs());
        throw error;
      }
    });
  }
});
