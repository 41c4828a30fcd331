import assert from 'node:assert/strict';
import { test } from 'node:test';
import { observe } from './observe.ts';
import { isStaleKey, type Proof, proveOwnership } from './ownership.ts';
import type { OwnedTable } from './tables.ts';

const ID = '7f3a1c52-0b1d-4c0e-9a52-3f6f0f0a9b11';
const OTHER_ID = 'c0e62e82-1dd4-47b0-9f30-0777c4e0f2cc';

type Row = Record<string, unknown> & { readonly _uuid: string };
const ids = (pairs: Record<string, string>): Map<string, string> => new Map(Object.entries(pairs));

/** The proof for the row with uuid `row` in a database of these rows. */
function prove(database: Partial<Record<OwnedTable, readonly Row[]>>): Proof {
  const observed = observe({ rows: (table) => database[table as OwnedTable] ?? [] });
  const row = observed.byUuid('row');
  assert.ok(row, 'one row has the uuid "row"');
  return proveOwnership(row, observed);
}

const proveAlone = (table: OwnedTable, cells: Record<string, unknown>): Proof =>
  prove({ [table]: [{ _uuid: 'row', ...cells }] });

function assertOwned(proof: Proof, type: string, id: string): void {
  assert.equal(proof.is, 'owned', JSON.stringify(proof));
  assert.deepEqual(proof.is === 'owned' && proof.resource, { type, id });
}
const assertForeign = (proof: Proof, whose: RegExp): void => {
  assert.equal(proof.is, 'foreign', JSON.stringify(proof));
  assert.match(proof.is === 'foreign' ? proof.whose : '', whose);
};
const assertUnproven = (proof: Proof): void => assert.equal(proof.is, 'unproven', JSON.stringify(proof));

test('a switch is proven by neutron:network_name, and BGP and EVPN switches are foreign', () => {
  const marked = { external_ids: ids({ 'neutron:network_name': 'blue' }) };
  assertOwned(proveAlone('Logical_Switch', { name: `neutron-${ID}`, ...marked }), 'networks', ID);
  assertUnproven(proveAlone('Logical_Switch', { name: `neutron-${ID}`, external_ids: ids({}) }));
  assertForeign(proveAlone('Logical_Switch', { name: 'bgp-ls-host1-physnet1', ...marked }), /BGP/);
  assertForeign(proveAlone('Logical_Switch', { name: 'evpn-ls-100', external_ids: ids({}) }), /EVPN/);
});

test('a switch port is proven by neutron:port_name, even where the name is empty', () => {
  assertOwned(
    proveAlone('Logical_Switch_Port', { name: ID, external_ids: ids({ 'neutron:port_name': '' }) }),
    'ports',
    ID,
  );
  assertUnproven(proveAlone('Logical_Switch_Port', { name: ID, external_ids: ids({ 'neutron:device_id': 'x' }) }));
  assertForeign(proveAlone('Logical_Switch_Port', { name: 'bgp-lsp-a-to-b', external_ids: ids({}) }), /BGP/);
});

test('a localnet port is proven by its name and type together, and serves the network of its switch', () => {
  const parent = { _uuid: 'switch', name: `neutron-${OTHER_ID}`, ports: ['row'], external_ids: ids({}) };
  const localnet = (cells: object): Proof =>
    prove({
      Logical_Switch: [parent],
      Logical_Switch_Port: [{ _uuid: 'row', name: `provnet-${ID}`, type: 'localnet', external_ids: ids({}), ...cells }],
    });
  assertOwned(localnet({}), 'networks', OTHER_ID);
  assertUnproven(localnet({ type: '' }));
  assertUnproven(localnet({ name: 'provnet-uplink' }));
});

test('a router is proven by neutron:router_name', () => {
  const marked = { external_ids: ids({ 'neutron:router_name': 'edge' }) };
  assertOwned(proveAlone('Logical_Router', { name: `neutron-${ID}`, ...marked }), 'routers', ID);
  assertUnproven(proveAlone('Logical_Router', { name: `neutron-${ID}`, external_ids: ids({}) }));
  assertForeign(proveAlone('Logical_Router', { name: 'bgp-lr-main', ...marked }), /BGP/);
});

test("a router port needs a mark of its own: the EVPN plug-in's ports sit on Neutron's routers", () => {
  const parent = {
    _uuid: 'router',
    name: `neutron-${OTHER_ID}`,
    ports: ['row'],
    external_ids: ids({ 'neutron:router_name': 'edge' }),
  };
  const port = (cells: object): Proof =>
    prove({ Logical_Router: [parent], Logical_Router_Port: [{ _uuid: 'row', external_ids: ids({}), ...cells }] });
  const marked = { external_ids: ids({ 'neutron:router_name': `neutron-${OTHER_ID}` }) };
  assertOwned(port({ name: `lrp-${ID}`, ...marked }), 'router_ports', ID);
  assertUnproven(port({ name: 'lrp-by-hand' }));
  assertForeign(
    port({ name: `evpn-lrp-${OTHER_ID.slice(0, 12)}-to-evpn-ls-7`, external_ids: ids({ vni: '7' }) }),
    /EVPN/,
  );
});

test("a static route is proven by any neutron: key, and never by being on a router of Neutron's alone", () => {
  const route = (routerName: string, external_ids: Map<string, string>): Proof =>
    prove({
      Logical_Router: [
        { _uuid: 'router', name: routerName, static_routes: ['row'], external_ids: ids({ 'neutron:router_name': '' }) },
      ],
      Logical_Router_Static_Route: [{ _uuid: 'row', ip_prefix: '10.0.0.0/8', nexthop: '192.0.2.1', external_ids }],
    });
  const name = `neutron-${ID}`;
  assertOwned(route(name, ids({ 'neutron:is_static_route': 'true' })), 'routers', ID);
  assertOwned(route(name, ids({ 'neutron:is_ext_gw': 'true', 'neutron:subnet_id': OTHER_ID })), 'routers', ID);
  assertUnproven(route(name, ids({})));
  assertUnproven(route(name, ids({ 'neutron-bgp': 'x' })));
  assertForeign(route('bgp-lr-main', ids({ 'neutron:is_static_route': 'true' })), /BGP/);
});

test('a NAT row of a floating IP is proven by neutron:fip_id', () => {
  assertOwned(
    proveAlone('NAT', { type: 'dnat_and_snat', external_ids: ids({ 'neutron:fip_id': ID }) }),
    'floatingips',
    ID,
  );
  assertUnproven(proveAlone('NAT', { type: 'dnat_and_snat', external_ids: ids({}) }));
});

test("a bare snat row is proven by its router and by an address of that router's ports", () => {
  const snat = (change: { router?: object; port?: object; row?: object }): Proof =>
    prove({
      Logical_Router: [
        {
          _uuid: 'router',
          name: `neutron-${ID}`,
          nat: ['row'],
          ports: ['port'],
          external_ids: ids({ 'neutron:router_name': 'edge' }),
          ...change.router,
        },
      ],
      Logical_Router_Port: [
        {
          _uuid: 'port',
          name: `lrp-${OTHER_ID}`,
          networks: ['198.51.100.7/24', '2001:db8::7/64'],
          external_ids: ids({ 'neutron:router_name': `neutron-${ID}` }),
          ...change.port,
        },
      ],
      NAT: [
        {
          _uuid: 'row',
          type: 'snat',
          external_ip: '198.51.100.7',
          logical_ip: '10.0.0.0/24',
          external_ids: ids({}),
          ...change.row,
        },
      ],
    });
  assertOwned(snat({}), 'routers', ID);
  assertUnproven(snat({ row: { external_ip: '198.51.100.8' } }));
  assertUnproven(snat({ row: { external_ids: ids({ owner: 'operator' }) } }));
  assertUnproven(snat({ router: { external_ids: ids({}) } }));
  assertUnproven(snat({ port: { external_ids: ids({}) } }));
  assertUnproven(snat({ row: { type: 'dnat' } }));
});

test('a port group is proven by neutron:security_group_id or by the name neutron_pg_drop', () => {
  const marked = { external_ids: ids({ 'neutron:security_group_id': ID }) };
  assertOwned(proveAlone('Port_Group', { name: 'pg_x', ...marked }), 'security_groups', ID);
  assertOwned(proveAlone('Port_Group', { name: 'neutron_pg_drop' }), 'deployment', 'neutron_pg_drop');
  assertUnproven(proveAlone('Port_Group', { name: 'pg_by_hand', external_ids: ids({}) }));
});

test("a private VLAN's port groups are proven by their name and network, their ACLs by the network", () => {
  const marked = { external_ids: ids({ 'neutron:network_id': ID }) };
  assertOwned(proveAlone('Port_Group', { name: 'pvlan_isolated_x', ...marked }), 'networks', ID);
  assertOwned(proveAlone('Port_Group', { name: 'pvlan_pg_drop' }), 'deployment', 'pvlan_pg_drop');
  assertUnproven(proveAlone('Port_Group', { name: 'pvlan_isolated_x', external_ids: ids({}) }));
  assertUnproven(proveAlone('Port_Group', { name: 'mine', ...marked }));
  assertOwned(proveAcl({ name: 'pvlan_isolated_x' }, marked), 'networks', ID);
  assertOwned(proveAcl({ name: 'pvlan_pg_drop' }, {}), 'deployment', 'pvlan_pg_drop');
  assertUnproven(proveAcl({ name: 'pvlan_isolated_x' }, {}));
});

test('neutron_pg_drop is known by its ACLs when it was renamed', () => {
  const drop = { _uuid: 'acl', action: 'drop', match: 'inport == @neutron_pg_drop && ip', external_ids: ids({}) };
  const renamed = (acl: Row, external_ids = ids({})): Proof =>
    prove({ Port_Group: [{ _uuid: 'row', name: 'renamed', acls: ['acl'], external_ids }], ACL: [acl] });
  assertOwned(renamed(drop), 'deployment', 'neutron_pg_drop');
  assertUnproven(renamed({ ...drop, action: 'allow' }));
  assertUnproven(renamed({ ...drop, match: 'inport == @renamed && ip' }));
  assertUnproven(renamed(drop, ids({ owner: 'operator' })));
  assertOwned(proveAcl({ name: 'renamed' }, { ...drop, _uuid: 'row' }), 'deployment', 'neutron_pg_drop');
});

test("FWaaS's port groups and ACLs are foreign", () => {
  assertForeign(
    proveAlone('Port_Group', { name: 'pg_x', external_ids: ids({ 'neutron:firewall_group_id': ID }) }),
    /FWaaS/,
  );
  assertForeign(proveAlone('ACL', { external_ids: ids({ 'neutron:firewall_rule_id': ID }) }), /FWaaS/);
});

function proveAcl(group: Record<string, unknown>, acl: Record<string, unknown>): Proof {
  return prove({
    Port_Group: [{ _uuid: 'group', acls: ['row'], external_ids: ids({}), ...group }],
    ACL: [{ _uuid: 'row', external_ids: ids({}), ...acl }],
  });
}

test('an ACL is proven by neutron:security_group_rule_id wherever it is', () => {
  const acl = { external_ids: ids({ 'neutron:security_group_rule_id': ID }) };
  assertOwned(proveAcl({ name: 'pg_x' }, acl), 'security_group_rules', ID);
  assertOwned(proveAlone('ACL', acl), 'security_group_rules', ID);
});

test("an unmarked ACL in neutron_pg_drop is Neutron's, one with another owner's marks is not", () => {
  const drop = { action: 'drop', direction: 'to-lport', priority: 1000, match: 'outport == @neutron_pg_drop && ip' };
  assertOwned(proveAcl({ name: 'neutron_pg_drop' }, drop), 'deployment', 'neutron_pg_drop');
  assertUnproven(proveAcl({ name: 'neutron_pg_drop' }, { ...drop, external_ids: ids({ owner: 'operator' }) }));
});

test("in a security group's port group an unmarked ACL is Neutron's only if it is a network log's drop", () => {
  const name = `pg_${ID.replaceAll('-', '_')}`;
  const group = { name, external_ids: ids({ 'neutron:security_group_id': ID }) };
  const drop = { action: 'drop', direction: 'from-lport', priority: 1001, match: `inport == @${name} && ip` };
  assertOwned(proveAcl(group, drop), 'security_groups', ID);
  assertOwned(proveAcl(group, { ...drop, priority: 7, name: `neutron-${OTHER_ID}` }), 'security_groups', ID);
  assertOwned(proveAcl(group, { ...drop, match: 'changed', name: `neutron-${OTHER_ID}` }), 'security_groups', ID);
  assertOwned(proveAcl({ ...group, name: 'renamed' }, drop), 'security_groups', ID);
  assertUnproven(proveAcl(group, { ...drop, priority: 7 }));
  assertUnproven(proveAcl(group, { ...drop, action: 'allow' }));
  assertUnproven(proveAcl(group, { ...drop, match: `inport == @${name} && tcp` }));
});

test("networking-ovn's ACLs on switches are Neutron's", () => {
  assertOwned(proveAlone('ACL', { external_ids: ids({ 'neutron:lport': ID }) }), 'ports', ID);
});

test('an address set is proven by neutron:address_group_id', () => {
  const marked = { external_ids: ids({ 'neutron:address_group_id': ID }) };
  assertOwned(proveAlone('Address_Set', { name: 'ag_x_ip4', ...marked }), 'address_groups', ID);
  assertUnproven(proveAlone('Address_Set', { name: 'ag_x_ip4', external_ids: ids({}) }));
  const ofGroup = { external_ids: ids({ 'neutron:security_group_id': ID }) };
  assertOwned(proveAlone('Address_Set', { name: 'as_ip6_x', ...ofGroup }), 'security_groups', ID);
  assertUnproven(proveAlone('Address_Set', { name: 'mine', ...ofGroup }));
});

test('an HA chassis group is proven by its name or its marks', () => {
  const group = (name: string, marks: Record<string, string>): Proof =>
    proveAlone('HA_Chassis_Group', { name, external_ids: ids(marks) });
  assertOwned(group(`neutron-${ID}`, {}), 'networks', ID);
  assertOwned(group(`neutron-${ID}`, { 'neutron:router_id': ID }), 'routers', ID);
  assertOwned(group(`neutron-${ID}`, { 'neutron:network_id': ID, 'neutron:router_id': OTHER_ID }), 'networks', ID);
  assertOwned(group(`neutron-extport-${ID}`, {}), 'ports', ID);
  assertOwned(group('default_ha_chassis_group', {}), 'deployment', 'default_ha_chassis_group');
  assertOwned(group('renamed', { 'neutron:router_id': ID }), 'routers', ID);
  assertUnproven(group('gateways', {}));
  assertUnproven(group('neutron-by-hand', {}));
});

test("the EVPN plug-in's chassis groups are foreign although they carry neutron:router_id", () => {
  const marks = { external_ids: ids({ 'neutron:router_id': ID }) };
  assertForeign(proveAlone('HA_Chassis_Group', { name: `evpn-hcg-${ID}`, ...marks }), /EVPN/);
  assertForeign(proveAlone('HA_Chassis_Group', { name: 'bgp-hcg-host1', ...marks }), /BGP/);
});

test('a DHCP row is proven by subnet_id, and serves the port that port_id names', () => {
  assertOwned(proveAlone('DHCP_Options', { external_ids: ids({ subnet_id: ID }) }), 'subnets', ID);
  assertOwned(
    proveAlone('DHCP_Options', { external_ids: ids({ subnet_id: ID, port_id: OTHER_ID }) }),
    'ports',
    OTHER_ID,
  );
  assertUnproven(proveAlone('DHCP_Options', { cidr: '10.0.0.0/24', external_ids: ids({}) }));
});

test('a DHCP row that lost subnet_id is proven by its other keys', () => {
  const left = { 'neutron:revision_number': '0' };
  assertOwned(proveAlone('DHCP_Options', { external_ids: ids({ ...left, port_id: ID }) }), 'ports', ID);
  assertOwned(proveAlone('DHCP_Options', { external_ids: ids(left) }), 'deployment', 'dhcp_options');
  assertUnproven(proveAlone('DHCP_Options', { external_ids: ids({ port_id: ID }) }));
});

test('a DNS row is proven by ls_name', () => {
  assertOwned(proveAlone('DNS', { external_ids: ids({ ls_name: `neutron-${ID}` }) }), 'networks', ID);
  assertUnproven(proveAlone('DNS', { external_ids: ids({}) }));
});

test('a QoS row is proven by the port, floating IP or router that it limits', () => {
  assertOwned(proveAlone('QoS', { external_ids: ids({ 'neutron:port_id': ID }) }), 'ports', ID);
  assertOwned(proveAlone('QoS', { external_ids: ids({ 'neutron:fip_id': ID }) }), 'floatingips', ID);
  assertOwned(proveAlone('QoS', { external_ids: ids({ 'neutron:router_id': ID }) }), 'routers', ID);
  assertUnproven(proveAlone('QoS', { match: `inport == "${ID}"`, external_ids: ids({}) }));
});

test("a load balancer is Neutron's for port forwardings only, and Octavia's are foreign", () => {
  const forwarding = ids({ 'neutron:device_owner': 'port_forwarding_plugin', 'neutron:fip_id': ID });
  assertOwned(proveAlone('Load_Balancer', { external_ids: forwarding }), 'floatingips', ID);
  assertForeign(proveAlone('Load_Balancer', { external_ids: ids({ 'neutron:vip': '10.0.0.9' }) }), /Octavia/);
  assertForeign(proveAlone('Load_Balancer', { external_ids: ids({ pool_1: 'member_2' }) }), /Octavia/);
  assertUnproven(proveAlone('Load_Balancer', { name: `pf-floatingip-${ID}-tcp`, external_ids: ids({}) }));
});

test("a meter is proven by the logging plug-in's mark or by its default name", () => {
  const marked = { external_ids: ids({ 'neutron:device_owner': 'logging-plugin' }) };
  assertOwned(proveAlone('Meter', { name: 'sg_logs', ...marked }), 'deployment', 'meters');
  assertOwned(proveAlone('Meter', { name: 'acl_log_meter_stateless', external_ids: ids({}) }), 'deployment', 'meters');
  assertUnproven(proveAlone('Meter', { name: 'copp', external_ids: ids({}) }));
});

test("a BFD row is proven by the gateway port it runs on, or by a default route of Neutron's that uses it", () => {
  const bfd = (database: Partial<Record<OwnedTable, readonly Row[]>>): Proof =>
    prove({ BFD: [{ _uuid: 'row', logical_port: `lrp-${OTHER_ID}`, dst_ip: '192.0.2.1' }], ...database });
  const port = (isGateway: string): Row => ({
    _uuid: 'port',
    name: `lrp-${OTHER_ID}`,
    external_ids: ids({ 'neutron:router_name': `neutron-${ID}`, 'neutron:is_ext_gw': isGateway }),
  });
  assertOwned(bfd({ Logical_Router_Port: [port('True')] }), 'routers', ID);
  assertUnproven(bfd({ Logical_Router_Port: [port('False')] }));
  assertUnproven(bfd({}));
  const route = { _uuid: 'route', bfd: 'row', external_ids: ids({ 'neutron:is_ext_gw': 'true' }) };
  const router = { _uuid: 'router', name: `neutron-${ID}`, static_routes: ['route'], external_ids: ids({}) };
  assertOwned(bfd({ Logical_Router: [router], Logical_Router_Static_Route: [route] }), 'routers', ID);
});

test("a leftover key is one that Neutron wrote to that table once; others' keys and run-time keys are none", () => {
  assert.ok(isStaleKey('Logical_Router', 'external_ids', 'neutron:gw_port_id'));
  assert.ok(isStaleKey('Logical_Switch_Port', 'external_ids', 'neutron:mtu'));
  assert.ok(!isStaleKey('Logical_Switch_Port', 'external_ids', 'neutron:host_id'));
  assert.ok(!isStaleKey('Logical_Switch_Port', 'external_ids', 'neutron:port_fip'));
  assert.ok(!isStaleKey('Logical_Switch', 'external_ids', 'ls_refs'));
  assert.ok(!isStaleKey('Logical_Router', 'options', 'dynamic-routing'));
  assert.ok(!isStaleKey('NB_Global', 'external_ids', 'neutron:liveness_check_at'));
});
