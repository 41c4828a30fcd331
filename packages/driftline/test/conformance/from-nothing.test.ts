/** The Northbound is emptied under a running Neutron, rebuilt by one command, and Neutron carries on with it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { allRows, OvsdbClient, op } from '@driftline/ovsdb';
import { MAINTENANCE_LOCK } from '../../src/northbound/session.ts';
import { NorthboundView } from '../campaigns/northbound-view.ts';
import { comparePictures, takePicture } from '../campaigns/picture.ts';
import type { NeutronLab } from '../lab/neutron-lab.ts';
import { startPopulatedLab } from '../lab/populated-lab.ts';
import { withoutMaintenance } from '../lab/without-maintenance.ts';
import { runEveryRound } from './api-load.ts';
import { assertClean, checkSettled, runCommand } from './live-neutron.ts';

const connect = (lab: NeutronLab, lock?: string) =>
  OvsdbClient.connect({
    endpoints: lab.ovn.northbound.endpoint,
    database: 'OVN_Northbound',
    ...(lock === undefined ? {} : { lock, tables: {} }),
  });

const pictureOf = async (northbound: OvsdbClient) => {
  await northbound.sync();
  return takePicture(new NorthboundView(northbound, 'zed'), { withoutFreeChoices: true });
};

test('an emptied Northbound is rebuilt under a running Neutron, which carries on with it', async (t) => {
  await using populated = await startPopulatedLab();
  const { lab, deployment } = populated;
  try {
    await lab.settle();
    await using northbound = await connect(lab);
    const before = await pictureOf(northbound);

    await untilContended(lab);
    await empty(northbound);
    const startedAtMs = Date.now();
    const repaired = await runCommand(lab, ['repair', '--yes', '--no-limits']);
    t.diagnostic(`${before.size} rows rebuilt in ${Date.now() - startedAtMs} ms`);
    assert.equal(repaired.code, 0, repaired.err);
    // The command took the lock from Neutron's maintenance worker and gave it back: who asks for it now has to wait.
    await using other = await connect(lab, MAINTENANCE_LOCK);
    await other.sync();
    assert.equal(other.lockState, 'requested');
    assert.deepEqual(comparePictures(before, await pictureOf(northbound)), []);
    assertClean(await checkSettled(lab));

    const calls = await withoutMaintenance(lab, () => runEveryRound(lab.api, deployment));
    t.diagnostic(`${calls} API calls afterwards, all answered well`);
    assertClean(await checkSettled(lab));

    assert.equal(other.lockState, 'requested');
    await lab.stopNeutron();
    await other.waitForLock(); // So it was Neutron that held it.
  } catch (error) {
    console.error(lab.logs());
    throw error;
  }
});

/** Neutron's maintenance worker starts by itself, and asks for the lock when it is ready to. */
async function untilContended(lab: NeutronLab): Promise<void> {
  for (;;) {
    await using asking = await connect(lab, MAINTENANCE_LOCK);
    if (asking.lockState !== 'held') return;
    await asking.close();
    await sleep(200);
  }
}

/** All but the row that every Northbound has, in one transaction. */
async function empty(northbound: OvsdbClient): Promise<void> {
  const tables = [...northbound.schema.tables.values()].filter(({ isRoot }) => isRoot).map(({ name }) => name);
  const kept = ['NB_Global', 'Connection', 'SSL'];
  await northbound.transact([
    // What these refer to cannot go before them, and they go only when nothing lists them any more.
    ...['Logical_Switch_Port', 'Logical_Router_Port'].map((table) =>
      op.update(table, allRows, { ha_chassis_group: undefined }),
    ),
    ...tables.filter((table) => !kept.includes(table)).map((table) => op.delete(table, allRows)),
  ]);
  for (const table of ['Logical_Switch', 'Logical_Switch_Port', 'ACL', 'Logical_Router', 'NAT']) {
    assert.equal(northbound.replica.table(table).rows.size, 0);
  }
}
