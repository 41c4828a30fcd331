import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NeutronApiError } from './neutron-api.ts';
import { databaseName, type NeutronLab, showingLogs, withNeutronLab } from './neutron-lab.ts';
import { startPopulatedLab } from './populated-lab.ts';
import { withoutMaintenance } from './without-maintenance.ts';

/** The lines that a ctl program prints for one column. */
function lines(printed: string): string[] {
  return printed.split('\n').filter((line) => line !== '');
}

async function count({ ovn }: NeutronLab, table: string, ...conditions: string[]): Promise<number> {
  return lines(await ovn.nbctl('--bare', '--columns=_uuid', 'find', table, ...conditions)).length;
}

test('a real Neutron on MariaDB takes a deployment of every shape, settles, and has it in OVN', async () => {
  await using populated = await startPopulatedLab();
  const { lab, deployment } = populated;
  await showingLogs(lab, async () => {
    assert.equal(await count(lab, 'Logical_Switch'), deployment.networks.size);
    assert.equal(await count(lab, 'Logical_Router'), deployment.routers.size);
    assert.equal(await count(lab, 'NAT', 'type=dnat_and_snat'), 5);
    assert.equal(await count(lab, 'Load_Balancer'), 2);
    assert.equal(await count(lab, 'Logical_Switch_Port', 'type=virtual'), 1);
    assert.equal(await count(lab, 'Logical_Switch_Port', 'type=external'), 1);
    assert.equal(await count(lab, 'Logical_Switch_Port', 'parent_name!=[]'), 2);
    const others = ['ACL', 'QoS', 'DNS', 'DHCP_Options', 'Gateway_Chassis', 'Meter', 'Logical_Router_Static_Route'];
    for (const table of others) assert.notEqual(await count(lab, table), 0, `${table} is empty`);

    const port = deployment.ports.get('slaac-plain') ?? '';
    await lab.ovn.plug(port, 'cmp-1');
    while ((await lab.api.show('port', port)).status !== 'ACTIVE') await sleep(200);
    await lab.ovn.unplug(port);
    while ((await lab.api.show('port', port)).status !== 'DOWN') await sleep(200);
    await assert.rejects(
      lab.api.show('network', 'nowhere'),
      (error) => error instanceof NeutronApiError && error.status === 404 && error.message.includes('nowhere'),
    );
  });
});

test('a lab that goes on from a captured deployment has all of it, and Neutron goes on writing', async () => {
  await using populated = await startPopulatedLab();
  const { lab, deployment } = populated;
  await showingLogs(lab, async () => {
    const names = (await lab.api.list('port')).map((port) => port.name);
    for (const name of deployment.ports.keys()) assert.ok(names.includes(name), `port ${name} is gone`);
    const before = await count(lab, 'Logical_Switch_Port');
    const network_id = deployment.networks.get('slaac');
    const port = await withoutMaintenance(lab, () =>
      lab.api.create('port', { network_id, 'binding:host_id': 'cmp-1.example.org' }),
    );
    assert.equal(port['binding:vif_type'], 'ovs');
    await lab.settle();
    assert.equal(await count(lab, 'Logical_Switch_Port'), before + 1);
  });
});

test('a real Neutron on PostgreSQL carries on after a restart', async () => {
  await withNeutronLab({ engine: 'postgresql' }, async (lab) => {
    const create = (name: string) => withoutMaintenance(lab, () => lab.api.create('network', { name }));
    const before = await create('before');
    await lab.stopNeutron();
    await assert.rejects(lab.api.list('network'), /is it running/);
    await lab.startNeutron();
    const after = await create('after');
    await lab.settle();
    const names = lines(await lab.ovn.nbctl('--bare', '--columns=name', 'find', 'Logical_Switch')).sort();
    assert.deepEqual(names, [`neutron-${after.id}`, `neutron-${before.id}`].sort());
    assert.equal((await lab.database.query(databaseName, 'SELECT count(*) FROM networks')).trim(), '2');
  });
});
