/**
 * What Neutron's maintenance does wrong, or can't see, and what happens here instead. Each name says both; the states are
 * those in which a worker leaves the databases when it fails between them, or an operator when he edits one.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { op } from '@driftline/ovsdb';
import type { NeutronSnapshot } from '../../src/neutron/model/snapshot.ts';
import type { Resource } from '../../src/neutron/model/standard-attributes.ts';
import { whyOf } from '../../src/tasks/attempt.ts';
import { first, idOf, type Row, Scene } from './scene.ts';

const GONE = '00000000-dead-4000-8000-000000000000';

/** Runs the task, which leaves nothing. */
async function heal(scene: Scene): Promise<void> {
  const ran = await scene.run();
  assert.equal(ran.is, 'done', whyOf(ran));
  const { drift, faults } = await scene.look();
  assert.deepEqual([drift, faults], [[], []]);
  assert.deepEqual(await scene.report(), { inconsistent: [], deleted: [], ahead: [] });
}

const size = (cell: unknown): number => (Array.isArray(cell) ? cell.length : cell === undefined ? 0 : 1);
const sizes = (row: Row, ...columns: readonly string[]): readonly number[] =>
  columns.map((column) => size(row[column]));
const named = (name: string) => (row: Row) => row.name === name;
const serves = (id: string) => (row: Row) => idOf(row, 'neutron:fip_id') === id;
const ruleOf = (id: string) => (row: Row) => idOf(row, 'neutron:security_group_rule_id') === id;
const ids = (entries: Readonly<Record<string, string>>) => new Map(Object.entries(entries));

const associated = ({ floatingIps }: NeutronSnapshot) =>
  first(floatingIps.values(), ({ fixedPortId }) => fixedPortId !== undefined);

async function isNoted(scene: Scene, type: 'networks' | 'ports' | 'subnets' | 'floatingips', resource: Resource) {
  assert.equal((await scene.note(type, resource.id))?.revisionNumber, resource.attributes.revision);
}

describe('subnets', () => {
  it('without DHCP have no row in OVN and are consistent: the note follows, and nothing is written', async () => {
    await using scene = await Scene.open('2026.1');
    const { subnets } = await scene.snapshot();
    const subnet = first(subnets.values(), ({ enableDhcp }) => !enableDhcp);
    await scene.setNote('subnets', subnet.id, -1);
    const before = scene.rows('DHCP_Options').length;
    await heal(scene);
    assert.equal(scene.rows('DHCP_Options').length, before);
    await isNoted(scene, 'subnets', subnet);
    assert.equal(scene.journal.entries(1).length, 0);
  });

  it('with DHCP get a lost row back, and the ports that refer to it, though all revisions agree', async () => {
    await using scene = await Scene.open('2026.1');
    const row = scene.row('DHCP_Options', (each) =>
      scene.rows('Logical_Switch_Port').some(({ dhcpv4_options }) => dhcpv4_options === each._uuid),
    );
    const referring = () => scene.rows('Logical_Switch_Port').filter(({ dhcpv4_options }) => size(dhcpv4_options) > 0);
    const before = referring().length;
    await scene.remove('DHCP_Options', row);
    assert.ok(referring().length < before);
    assert.deepEqual((await scene.report()).inconsistent, [], 'Neutron’s maintenance would find nothing');
    await heal(scene);
    assert.equal(referring().length, before);
  });
});

describe('security group rules', () => {
  it('that Neutron deleted let nothing in any more, where upstream looks for their ACL by its uuid and drops the note', async () => {
    await using scene = await Scene.open('2026.1');
    const rule = first((await scene.snapshot()).securityGroupRules.values(), ({ id }) =>
      scene.rows('ACL', ruleOf(id)).some(({ action }) => action === 'allow-related'),
    );
    const acl = scene.row('ACL', ruleOf(rule.id));
    assert.notEqual(acl._uuid, rule.id);
    await scene.delete('security_group_rules', rule);
    const [found] = (await scene.report()).deleted;
    assert.deepEqual([found?.id, found?.rows], [rule.id, 1]);
    await heal(scene);
    assert.deepEqual(scene.rows('ACL', ruleOf(rule.id)), []);
    assert.equal(await scene.note('security_group_rules', rule.id), undefined);
  });

  it('whose deletion failed half-way, after ACL and note and before SQL, get both back', async () => {
    await using scene = await Scene.open('2026.1');
    const rule = first((await scene.snapshot()).securityGroupRules.values());
    await scene.remove('ACL', scene.row('ACL', ruleOf(rule.id)));
    await scene.dropNote('security_group_rules', rule.id);
    const [found] = (await scene.report()).inconsistent;
    assert.deepEqual([found?.id, found?.why, found?.content], [rule.id, 'unnoted', 'wrong']);
    await heal(scene);
    assert.equal(scene.rows('ACL', ruleOf(rule.id)).length, 1);
    assert.equal((await scene.note('security_group_rules', rule.id))?.revisionNumber, rule.attributes.revision);
  });

  it('that share an ACL with a deleted twin keep it, and it names the one that is left', async () => {
    await using scene = await Scene.open('2026.1');
    const rule = first((await scene.snapshot()).securityGroupRules.values());
    const acl = scene.row('ACL', ruleOf(rule.id));
    await scene.addLostNote('security_group_rules', GONE);
    await scene.change(
      op.mutate('ACL', acl._uuid, [
        ['external_ids', 'delete', ['neutron:security_group_rule_id']],
        ['external_ids', 'insert', ids({ 'neutron:security_group_rule_id': GONE })],
      ]),
    );
    await heal(scene);
    const [kept, ...more] = scene.rows('ACL', ruleOf(rule.id));
    assert.deepEqual([kept?.match, kept?.action, more], [acl.match, acl.action, []]);
    assert.equal(await scene.note('security_group_rules', GONE), undefined);
  });
});

describe('floating IPs', () => {
  it('that are noted as unwritten and are right are not touched, where upstream deletes and remakes their NAT', async () => {
    await using scene = await Scene.open('2026.1');
    const floatingIp = associated(await scene.snapshot());
    const nat = scene.row('NAT', serves(floatingIp.id));
    await scene.setNote('floatingips', floatingIp.id, -1);
    await heal(scene);
    assert.deepEqual(scene.rows('NAT', serves(floatingIp.id)), [nat]);
    await isNoted(scene, 'floatingips', floatingIp);
    assert.equal(scene.journal.entries(1).length, 0);
  });

  it('that differ are mended in place: the NAT is never gone', async () => {
    await using scene = await Scene.open('2026.1');
    const floatingIp = associated(await scene.snapshot());
    const nat = scene.row('NAT', serves(floatingIp.id));
    await scene.change(op.update('NAT', nat._uuid, { logical_ip: '192.0.2.77' }));
    await scene.setNote('floatingips', floatingIp.id, 0);
    await heal(scene);
    assert.deepEqual(
      scene.rows('NAT', serves(floatingIp.id)).map(({ _uuid, logical_ip }) => [_uuid, logical_ip]),
      [[nat._uuid, nat.logical_ip]],
    );
  });

  it('that were deleted when OVN had lost their NAT lose their note in the same run', async () => {
    await using scene = await Scene.open('2026.1');
    const floatingIp = associated(await scene.snapshot());
    await scene.remove('NAT', scene.row('NAT', serves(floatingIp.id)));
    await scene.sql(`delete from floatingips where id = '${floatingIp.id}'`);
    await scene.delete('floatingips', floatingIp);
    await scene.run();
    assert.equal(await scene.note('floatingips', floatingIp.id), undefined);
  });

  it('that were taken from their port while the worker died lose NAT and note, and get no note back', async () => {
    await using scene = await Scene.open('2026.1');
    const floatingIp = associated(await scene.snapshot());
    await scene.sql(
      `update floatingips set router_id = null, fixed_port_id = null, fixed_ip_address = null
       where id = '${floatingIp.id}'`,
      `update ovn_revision_numbers set updated_at = '2020-01-01 00:00:00' where resource_uuid = '${floatingIp.id}'`,
    );
    const [found] = (await scene.report()).deleted;
    assert.deepEqual([found?.id, found?.why, found?.rows], [floatingIp.id, 'released', 1]);
    await heal(scene);
    assert.deepEqual(scene.rows('NAT', serves(floatingIp.id)), []);
    assert.equal(await scene.note('floatingips', floatingIp.id), undefined);
  });

  it('whose NAT outlived them on the router leave OVN without a note being made for what Neutron does not note', async () => {
    await using scene = await Scene.open('2026.1');
    const floatingIp = associated(await scene.snapshot());
    await scene.sql(
      `update floatingips set router_id = null, fixed_port_id = null, fixed_ip_address = null
       where id = '${floatingIp.id}'`,
    );
    await scene.dropNote('floatingips', floatingIp.id);
    await heal(scene);
    assert.deepEqual(scene.rows('NAT', serves(floatingIp.id)), []);
    assert.equal(await scene.note('floatingips', floatingIp.id), undefined);
  });

  it('that Neutron forgot on the port they were taken from raise no alarm, for it forgets each; what is no address goes', async () => {
    await using scene = await Scene.open('2026.1');
    const { floatingIps } = await scene.snapshot();
    const taken = new Set(floatingIps.values().map(({ fixedPortId }) => fixedPortId));
    const port = scene.row(
      'Logical_Switch_Port',
      (row) => idOf(row, 'neutron:device_owner') === 'compute:nova' && !taken.has(String(row.name)),
    );
    const key = 'neutron:port_fip';
    const write = (value: string) =>
      scene.change(
        op.mutate('Logical_Switch_Port', port._uuid, [
          ['external_ids', 'delete', [key]],
          ['external_ids', 'insert', ids({ [key]: value })],
        ]),
      );
    const held = () => idOf(scene.row('Logical_Switch_Port', named(String(port.name))), key);
    await write('198.51.100.1');
    await heal(scene);
    assert.equal(held(), '198.51.100.1');
    await write('edited');
    await heal(scene);
    assert.equal(held(), undefined);
  });
});

describe('port forwardings', () => {
  it('of a range leave no balancer behind, where upstream removes only those of single ports', async () => {
    await using scene = await Scene.open('2026.1');
    const balancer = scene.row('Load_Balancer', (row) => /^pf-floatingip-.*-tcp$/.test(String(row.name)));
    const kept = scene.rows('Load_Balancer').map(({ _uuid }) => _uuid);
    const floatingIpId = String(idOf(balancer, 'neutron:fip_id'));
    await scene.change(
      ...[6000, 6001].map((port) =>
        op.insert('Load_Balancer', {
          name: `${String(balancer.name)}-${port}`,
          protocol: 'tcp',
          vips: ids({ [`198.18.0.9:${port}`]: `10.0.0.9:${port}` }),
          external_ids: ids({ 'neutron:device_owner': 'port_forwarding_plugin', 'neutron:fip_id': floatingIpId }),
        }),
      ),
    );
    await scene.setNote('floatingips', floatingIpId, -1);
    await heal(scene);
    assert.deepEqual(
      scene.rows('Load_Balancer').map(({ _uuid }) => _uuid),
      kept,
    );
  });

  it('that OVN lost are back with every revision as it was: the floating IP’s own bump could not tell', async () => {
    await using scene = await Scene.open('2026.1');
    const balancers = scene.rows('Load_Balancer').map(({ name }) => name);
    await scene.remove('Load_Balancer', ...scene.rows('Load_Balancer'));
    assert.deepEqual((await scene.report()).inconsistent, []);
    await heal(scene);
    assert.deepEqual(
      scene
        .rows('Load_Balancer')
        .map(({ name }) => name)
        .sort(),
      balancers.toSorted(),
    );
  });
});

describe('router ports', () => {
  it('to the gateway come back with their default routes and source NAT, where upstream makes the port alone', async () => {
    await using scene = await Scene.open('2026.1');
    const router = scene.row('Logical_Router', ({ static_routes, nat }) => size(static_routes) > 1 && size(nat) > 0);
    const before = sizes(router, 'ports', 'static_routes', 'nat');
    const gateway = scene.row(
      'Logical_Router_Port',
      (row) =>
        String(idOf(row, 'neutron:is_ext_gw')).toLowerCase() === 'true' &&
        (router.ports as readonly unknown[]).includes(row._uuid),
    );
    await scene.remove('Logical_Router_Port', gateway);
    const isOfGateway = (row: Row) =>
      idOf(row, 'neutron:is_ext_gw') !== undefined && (router.static_routes as readonly unknown[]).includes(row._uuid);
    await scene.remove('Logical_Router_Static_Route', ...scene.rows('Logical_Router_Static_Route', isOfGateway));
    const isSourceNat = (row: Row) => row.type === 'snat' && (router.nat as readonly unknown[]).includes(row._uuid);
    await scene.remove('NAT', ...scene.rows('NAT', isSourceNat));
    const now = sizes(scene.row('Logical_Router', named(String(router.name))), 'ports', 'static_routes', 'nat');
    assert.ok(
      now.every((count, index) => count < (before[index] ?? 0)),
      now.join(),
    );
    await scene.setNote('router_ports', String(gateway.name).slice('lrp-'.length), -1);
    await heal(scene);
    const after = scene.row('Logical_Router', named(String(router.name)));
    assert.deepEqual(sizes(after, 'ports', 'static_routes', 'nat'), before);
  });

  it('that were detached while the worker died go from OVN with their note, and are not attached again', async () => {
    await using scene = await Scene.open('2026.1');
    const port = first(
      (await scene.snapshot()).ports.values(),
      ({ deviceOwner }) => deviceOwner === 'network:router_interface',
    );
    await scene.sql(
      `delete from routerports where port_id = '${port.id}'`,
      `update ports set device_owner = '', device_id = '' where id = '${port.id}'`,
      `update ovn_revision_numbers set updated_at = '2020-01-01 00:00:00' where resource_uuid = '${port.id}'`,
    );
    const [found] = (await scene.report()).deleted;
    assert.deepEqual([found?.type, found?.id, found?.why], ['router_ports', port.id, 'released']);
    await heal(scene);
    assert.deepEqual(scene.rows('Logical_Router_Port', named(`lrp-${port.id}`)), []);
    assert.equal(await scene.note('router_ports', port.id), undefined);
    await isNoted(scene, 'ports', port);
    assert.equal((await scene.snapshot()).ports.get(port.id)?.deviceId, '');
  });
});

describe('a parent that OVN lost', () => {
  it('comes back with its children: a network with ports, DHCP, DNS and its place in groups', async () => {
    await using scene = await Scene.open('2026.1');
    const network = first((await scene.snapshot()).networks.values(), ({ id }) => {
      const row = scene.row('Logical_Switch', named(`neutron-${id}`));
      return size(row.ports) > 10 && size(row.dns_records) > 0;
    });
    const name = `neutron-${network.id}`;
    const before = sizes(scene.row('Logical_Switch', named(name)), 'ports', 'dns_records');
    const members = () => scene.rows('Port_Group').map((row) => [row.name, size(row.ports)]);
    const groups = members();
    await scene.remove('Logical_Switch', scene.row('Logical_Switch', named(name)));
    assert.notDeepEqual(members(), groups, 'OVSDB took the ports along');
    await scene.setNote('networks', network.id, -1);
    const { inconsistent } = await scene.report();
    assert.deepEqual(
      inconsistent.map(({ id }) => id),
      [network.id],
      'of the children Neutron’s maintenance would find nothing',
    );
    await heal(scene);
    assert.deepEqual(sizes(scene.row('Logical_Switch', named(name)), 'ports', 'dns_records'), before);
    assert.deepEqual(members(), groups);
  });

  it('comes back with its children: a router with interfaces, routes, floating IPs and balancers', async () => {
    await using scene = await Scene.open('2026.1');
    const router = scene.row('Logical_Router', ({ load_balancer }) => size(load_balancer) > 0);
    const columns = ['ports', 'static_routes', 'nat', 'load_balancer'] as const;
    await scene.remove('Logical_Router', router);
    await scene.setNote('routers', String(router.name).slice('neutron-'.length), -1);
    await heal(scene);
    const after = scene.row('Logical_Router', named(String(router.name)));
    assert.deepEqual(sizes(after, ...columns), sizes(router, ...columns));
  });

  it('comes back with its children: a security group with its members, whose traffic would be dropped', async () => {
    await using scene = await Scene.open('2026.1');
    const group = scene.row(
      'Port_Group',
      (row) => idOf(row, 'neutron:security_group_id') !== undefined && size(row.ports) > 5,
    );
    await scene.remove('Port_Group', group);
    await scene.setNote('security_groups', String(idOf(group, 'neutron:security_group_id')), -1);
    await heal(scene);
    const after = scene.row('Port_Group', named(String(group.name)));
    assert.deepEqual(sizes(after, 'ports', 'acls'), sizes(group, 'ports', 'acls'));
  });

  it('comes back though its revision is noted, as Neutron notes what it wrote to a row that was not there', async () => {
    await using scene = await Scene.open('2026.1');
    const router = scene.row('Logical_Router');
    await scene.remove('Logical_Router', router);
    assert.deepEqual((await scene.report()).inconsistent, []);
    await heal(scene);
    assert.equal(scene.rows('Logical_Router', named(String(router.name))).length, 1);
  });
});

describe('networks made before 2025.2', () => {
  it('keep their one switch, whose uuid is not the network’s, where upstream since 2026.1 makes a second', async () => {
    await using scene = await Scene.open('zed', { flags: ['--driftline-release', '2026.1'] });
    const switches = () =>
      scene
        .rows('Logical_Switch')
        .map(({ name, _uuid }) => `${String(name)} ${_uuid}`)
        .sort();
    const before = switches();
    const { networks } = await scene.snapshot();
    assert.ok(networks.keys().every((id) => !scene.rows('Logical_Switch').some(({ _uuid }) => _uuid === id)));
    await scene.sql(`update ovn_revision_numbers set revision_number = -1 where resource_type = 'networks'`);
    const ran = await scene.run();
    assert.equal(ran.is, 'done', whyOf(ran));
    assert.deepEqual(switches(), before);
    for (const network of networks.values()) await isNoted(scene, 'networks', network);
  });

  it('leave no switch behind when they are deleted, where upstream drops the note and orphans it', async () => {
    await using scene = await Scene.open('zed', { flags: ['--driftline-release', '2026.1'] });
    await scene.addLostNote('networks', GONE);
    await scene.change(
      op.insert('Logical_Switch', { name: `neutron-${GONE}`, external_ids: ids({ 'neutron:network_name': 'gone' }) }),
    );
    await scene.run();
    assert.deepEqual(scene.rows('Logical_Switch', named(`neutron-${GONE}`)), []);
    assert.equal(await scene.note('networks', GONE), undefined);
  });
});

describe('address groups', () => {
  it('of which one of two sets is gone get it back, whatever is noted', async () => {
    await using scene = await Scene.open('2026.1');
    const sets = () =>
      scene
        .rows('Address_Set')
        .map(({ name }) => name)
        .sort();
    const before = sets();
    await scene.remove('Address_Set', scene.row('Address_Set'));
    assert.deepEqual((await scene.report()).inconsistent, []);
    await heal(scene);
    assert.deepEqual(sets(), before);
  });

  it('whose worker died before it noted them are found and noted, where upstream never hears of them', async () => {
    await using scene = await Scene.open('2026.1');
    const group = first((await scene.snapshot()).addressGroups.values());
    await scene.dropNote('address_groups', group.id);
    await scene.remove('Address_Set', ...scene.rows('Address_Set'));
    await heal(scene);
    assert.equal(scene.rows('Address_Set').length, 2);
    assert.equal((await scene.note('address_groups', group.id))?.revisionNumber, group.attributes.revision);
  });
});

describe('a revision in OVN that is higher than Neutron’s', () => {
  it('is shown and kept, the rest of the row is mended, and a second run has nothing to do', async () => {
    await using scene = await Scene.open('2026.1');
    const network = first((await scene.snapshot()).networks.values());
    const row = () => scene.row('Logical_Switch', named(`neutron-${network.id}`));
    const key = 'neutron:revision_number';
    await scene.change(
      op.mutate('Logical_Switch', row()._uuid, [
        ['external_ids', 'delete', [key, 'neutron:network_name']],
        ['external_ids', 'insert', ids({ [key]: '99', 'neutron:network_name': 'edited' })],
      ]),
    );
    await scene.setNote('networks', network.id, -1);
    const ran = await scene.run();
    assert.equal(ran.is, 'observed', whyOf(ran));
    assert.match(whyOf(ran) ?? '', /^left as it is: Logical_Switch neutron-.* has revision 99, Neutron \d+$/);
    assert.deepEqual([idOf(row(), key), idOf(row(), 'neutron:network_name')], ['99', network.name]);
    await isNoted(scene, 'networks', network);
    const { ahead, inconsistent } = await scene.report();
    assert.deepEqual(inconsistent, []);
    assert.deepEqual(
      ahead.map(({ resource, held, revision }) => [resource.id, held, revision]),
      [[network.id, 99, network.attributes.revision]],
    );
    const again = await scene.run();
    assert.deepEqual([again.is, 'changed' in again && again.changed], ['observed', 0]);
    // What the documentation advises to whoever has restored an older SQL.
    await scene.change(op.mutate('Logical_Switch', row()._uuid, [['external_ids', 'delete', [key]]]));
    await heal(scene);
    assert.equal(idOf(row(), key), String(network.attributes.revision));
  });
});

describe('a row that somebody edited while all revisions agree', () => {
  it('is found and mended, where Neutron’s maintenance does not read it', async () => {
    await using scene = await Scene.open('2026.1');
    const port = scene.row('Logical_Switch_Port', (row) => idOf(row, 'neutron:device_owner') === 'compute:nova');
    await scene.change(op.update('Logical_Switch_Port', port._uuid, { addresses: ['unknown'] }));
    assert.deepEqual(await scene.report(), { inconsistent: [], deleted: [], ahead: [] });
    await heal(scene);
    assert.deepEqual(scene.row('Logical_Switch_Port', named(String(port.name))).addresses, port.addresses);
  });
});
