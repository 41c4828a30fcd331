import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NeutronApiError } from './neutron-api.ts';
import { databaseName, withNeutronLab } from './neutron-lab.ts';
import { populate } from './populate.ts';

/** The lines that a ctl program prints for one column. */
function lines(printed: string): string[] {
  return printed.split('\n').filter((line) => line !== '');
}

test('a real Neutron on MariaDB takes a deployment of every shape, settles, and has it in OVN', async () => {
  await withNeutronLab({}, async ({ api, ovn, settle }) => {
    const deployment = await populate(api);
    await settle();
    const find = async (table: string, ...conditions: string[]) =>
      lines(await ovn.nbctl('--bare', '--columns=_uuid', 'find', table, ...conditions)).length;
    assert.equal(await find('Logical_Switch'), deployment.networks.size);
    assert.equal(await find('Logical_Router'), deployment.routers.size);
    assert.equal(await find('NAT', 'type=dnat_and_snat'), 5);
    assert.equal(await find('Load_Balancer'), 2);
    assert.equal(await find('Logical_Switch_Port', 'type=virtual'), 1);
    assert.equal(await find('Logical_Switch_Port', 'type=external'), 1);
    assert.equal(await find('Logical_Switch_Port', 'parent_name!=[]'), 2);
    for (const table of [
      'ACL',
      'QoS',
      'DNS',
      'DHCP_Options',
      'Gateway_Chassis',
      'Meter',
      'Logical_Router_Static_Route',
    ]) {
      assert.notEqual(await find(table), 0, `${table} is empty`);
    }

    const port = deployment.ports.get('slaac-plain') ?? '';
    await ovn.plug(port, 'cmp-1');
    while ((await api.show('port', port)).status !== 'ACTIVE') await sleep(200);
    await ovn.unplug(port);
    while ((await api.show('port', port)).status !== 'DOWN') await sleep(200);

    await assert.rejects(
      api.show('network', 'nowhere'),
      (error) => error instanceof NeutronApiError && error.status === 404 && error.message.includes('nowhere'),
    );
  });
});

test('a real Neutron on PostgreSQL carries on after a restart', async () => {
  await withNeutronLab({ engine: 'postgresql' }, async (lab) => {
    const before = await lab.api.create('network', { name: 'before' });
    await lab.stopNeutron();
    await assert.rejects(lab.api.list('network'), /is it running/);
    await lab.startNeutron();
    const after = await lab.api.create('network', { name: 'after' });
    await lab.settle();
    const names = lines(await lab.ovn.nbctl('--bare', '--columns=name', 'find', 'Logical_Switch')).sort();
    assert.deepEqual(names, [`neutron-${after.id}`, `neutron-${before.id}`].sort());
    assert.equal((await lab.database.query(databaseName, 'SELECT count(*) FROM networks')).trim(), '2');
  });
});
