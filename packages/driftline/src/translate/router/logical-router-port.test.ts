import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chassis, port, subnet } from '../testing/build.ts';
import { accepts, gatewayPort, interfacePort, routed, rowOf, wantedKeys } from '../testing/routed.ts';
import { logicalRouterPortRows } from './logical-router-port.ts';

test('an interface has its addresses, and says which router, network and subnets it joins', () => {
  const row = rowOf(logicalRouterPortRows(routed()), 'lrp-port-0');
  assert.deepEqual(row.cells.networks, { is: 'exact', value: ['10.0.0.1/24'] });
  assert.deepEqual(row.cells.mac, { is: 'exact', value: 'fa:16:3e:00:01:00' });
  assert.deepEqual(wantedKeys(row, 'external_ids'), {
    'neutron:revision_number': '2',
    'neutron:subnet_ids': 'inner-0-v4',
    'neutron:network_name': 'neutron-inner-0',
    'neutron:router_name': 'neutron-r',
    'neutron:is_ext_gw': 'False',
  });
  assert.deepEqual(row.resource, { type: 'router_ports', id: 'port-0' });
  assert.deepEqual(row.unit, { type: 'routers', id: 'r' });
  assert.deepEqual(row.listedIn, [{ table: 'Logical_Router', column: 'ports', key: 'neutron-r' }]);
});

test('before 2025.2 the router is named by its bare id, before 2024.1 nothing says which port is the gateway', () => {
  const zed = rowOf(logicalRouterPortRows(routed({ release: 'zed' })), 'lrp-gateway');
  assert.equal(wantedKeys(zed, 'external_ids')['neutron:router_name'], 'r');
  assert.ok(!('neutron:is_ext_gw' in wantedKeys(zed, 'external_ids')));
  const point = rowOf(logicalRouterPortRows(routed({ release: '2023.1' })), 'lrp-gateway');
  assert.ok(accepts(point, 'external_ids', 'neutron:is_ext_gw', undefined));
  assert.ok(accepts(point, 'external_ids', 'neutron:is_ext_gw', 'True'));
  assert.ok(!accepts(point, 'external_ids', 'neutron:is_ext_gw', 'False'));
});

test('a port in two subnets lists them in any order', () => {
  const ctx = routed({
    subnets: [subnet({ id: 'more', networkId: 'inner-0', cidr: '10.9.0.0/16' })],
    ports: [
      interfacePort(0, [
        { subnetId: 'inner-0-v4', ipAddress: '10.0.0.1' },
        { subnetId: 'more', ipAddress: '10.9.0.1' },
      ]),
    ],
  });
  const row = rowOf(logicalRouterPortRows(ctx), 'lrp-port-0');
  assert.ok(accepts(row, 'external_ids', 'neutron:subnet_ids', 'more inner-0-v4'));
  assert.ok(!accepts(row, 'external_ids', 'neutron:subnet_ids', 'more'));
});

const withIpv6 = (mode: 'slaac' | 'dhcpv6-stateful') => ({
  subnets: [subnet({ id: 'v6', networkId: 'inner-0', cidr: '2001:db8::/64', ipv6AddressMode: mode })],
  ports: [interfacePort(0, [{ subnetId: 'v6', ipAddress: '2001:db8::' }])],
});

test('a port in an IPv6 subnet with an address mode advertises it', () => {
  const row = rowOf(logicalRouterPortRows(routed({ release: '2026.1', ...withIpv6('dhcpv6-stateful') })), 'lrp-port-0');
  assert.deepEqual(wantedKeys(row, 'ipv6_ra_configs'), {
    address_mode: 'dhcpv6_stateful',
    send_periodic: 'true',
    mtu: '1442',
  });
});

test('with metadata, 2026.2 advertises the route to it', () => {
  const parts = { config: { ovn: { ovnMetadataEnabled: true } }, ...withIpv6('slaac') };
  const row = rowOf(logicalRouterPortRows(routed(parts)), 'lrp-port-0');
  assert.equal(wantedKeys(row, 'ipv6_ra_configs').route_info, 'MEDIUM-fe80::a9fe:a9fe/128');
});

test('a gateway on an external network does not advertise by itself', () => {
  const ctx = routed({
    subnets: [subnet({ id: 'v6', networkId: 'outer', cidr: '2001:db8::/64', ipv6AddressMode: 'slaac' })],
    ports: [{ ...gatewayPort, fixedIps: [{ subnetId: 'v6', ipAddress: '2001:db8::a' }] }],
  });
  const row = rowOf(logicalRouterPortRows(ctx), 'lrp-gateway');
  assert.equal(wantedKeys(row, 'ipv6_ra_configs').send_periodic, 'false');
});

test('from 2026.2 on a gateway port refers to its router’s group', () => {
  const gateways = [chassis({ name: 'a', physicalNetworks: ['physnet1'] })];
  const row = rowOf(logicalRouterPortRows(routed({ chassis: gateways })), 'lrp-gateway');
  const cell = row.cells.ha_chassis_group;
  assert.deepEqual(cell?.is === 'refs' ? cell.keys : undefined, ['neutron-r']);
  const before = rowOf(logicalRouterPortRows(routed({ chassis: gateways, release: '2026.1' })), 'lrp-gateway');
  assert.deepEqual(before.cells.ha_chassis_group, { is: 'refs', table: 'HA_Chassis_Group', keys: [] });
});

test('centralised SNAT ports of ML2/OVS have no row', () => {
  const ctx = routed({
    router: { ports: [{ portId: 'snat', portType: 'network:router_centralized_snat' }], gatewayPortId: undefined },
    outside: 'none',
    ports: [port({ id: 'snat', networkId: 'inner-0', deviceOwner: 'network:router_centralized_snat' })],
  });
  assert.deepEqual([...logicalRouterPortRows(ctx)], []);
});

test('a port whose network is missing is a fault, and the others go on', () => {
  const broken = { ...interfacePort(0, []), networkId: 'gone' };
  const ctx = routed({ inside: ['geneve', 'geneve'], ports: [broken] });
  const keys = [...logicalRouterPortRows(ctx)].map(({ key }) => key);
  assert.deepEqual(keys, ['lrp-port-1', 'lrp-gateway']);
  assert.deepEqual(
    ctx.faults.map(({ resource }) => resource),
    [{ type: 'router_ports', id: 'port-0' }],
  );
});

test('a router with several gateways has a port for each from 2024.1 on', () => {
  const second = { ...gatewayPort, id: 'gateway-2' };
  const rows = (release: '2023.2' | '2024.1') =>
    [...logicalRouterPortRows(routed({ release, ports: [second] }))].map(({ key }) => key);
  assert.deepEqual(rows('2023.2'), ['lrp-port-0', 'lrp-gateway']);
  assert.deepEqual(rows('2024.1'), ['lrp-port-0', 'lrp-gateway', 'lrp-gateway-2']);
});
