import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subnet } from '../testing/build.ts';
import { gatewayPort, routed, rowOf, wantedKeys } from '../testing/routed.ts';
import { staticRouteRows } from './static-route.ts';

const keysOf = (scene: Parameters<typeof routed>[0]) => [...staticRouteRows(routed(scene))].map(({ key }) => key);

test('the default route leads to the gateway of the external subnet', () => {
  const row = rowOf(staticRouteRows(routed()), 'neutron-r|0.0.0.0/0|198.51.100.1');
  assert.deepEqual(wantedKeys(row, 'external_ids'), {
    'neutron:is_ext_gw': 'true',
    'neutron:subnet_id': 'outer-v4',
    'neutron:is_static_route': 'true',
  });
  assert.deepEqual(row.cells.output_port, { is: 'exact', value: undefined });
  assert.deepEqual(row.cells.bfd, { is: 'refs', table: 'BFD', keys: [] });
});

test('IPv6 subnets have a default route of their own', () => {
  const ctx = routed({
    subnets: [subnet({ id: 'v6', networkId: 'outer', cidr: '2001:db8::/64', gatewayIp: '2001:db8::1' })],
    ports: [{ ...gatewayPort, fixedIps: [{ subnetId: 'v6', ipAddress: '2001:db8::a' }] }],
  });
  assert.deepEqual(
    [...staticRouteRows(ctx)].map(({ key }) => key),
    ['neutron-r|::/0|2001:db8::1'],
  );
});

test('extra routes carry one mark from 2024.2 on and none before', () => {
  const routes = [{ destination: '172.20.0.0/16', nexthop: '10.0.0.9' }];
  const of = (release: '2024.1' | '2024.2') =>
    wantedKeys(
      rowOf(staticRouteRows(routed({ release, router: { routes } })), 'neutron-r|172.20.0.0/16|10.0.0.9'),
      'external_ids',
    );
  assert.deepEqual(of('2024.2'), { 'neutron:is_static_route': 'true' });
  assert.deepEqual(of('2024.1'), {});
});

const nowhere = {
  subnets: [subnet({ id: 'dark', networkId: 'outer', cidr: '198.51.101.0/24' })],
  ports: [{ ...gatewayPort, fixedIps: [{ subnetId: 'dark', ipAddress: '198.51.101.10' }] }],
};

test('a subnet without gateway has no default route; the one to nowhere that Zed wrote may stay', () => {
  assert.deepEqual(keysOf(nowhere), []);
  const row = rowOf(staticRouteRows(routed({ release: 'zed', ...nowhere })), 'neutron-r|0.0.0.0/0|');
  assert.equal(row.presence, 'tolerated');
});

const second = { ...gatewayPort, id: 'gateway-2', fixedIps: [{ subnetId: 'outer-v4', ipAddress: '198.51.100.11' }] };

test('other gateways have default routes only with ECMP', () => {
  const elsewhere = {
    subnets: [subnet({ id: 'o2', networkId: 'outer', cidr: '203.0.113.0/24', gatewayIp: '203.0.113.1' })],
    ports: [{ ...second, fixedIps: [{ subnetId: 'o2', ipAddress: '203.0.113.10' }] }],
  };
  assert.deepEqual(keysOf(elsewhere), ['neutron-r|0.0.0.0/0|198.51.100.1']);
  assert.deepEqual(keysOf({ ...elsewhere, router: { enableDefaultRouteEcmp: true } }), [
    'neutron-r|0.0.0.0/0|198.51.100.1',
    'neutron-r|0.0.0.0/0|203.0.113.1',
  ]);
});

test('two gateways to one next hop make one route, or two that BFD tells apart by their port', () => {
  const ecmp = { ports: [second], router: { enableDefaultRouteEcmp: true } };
  assert.deepEqual(keysOf(ecmp), ['neutron-r|0.0.0.0/0|198.51.100.1']);
  assert.deepEqual(keysOf({ ...ecmp, router: { ...ecmp.router, enableDefaultRouteBfd: true } }), [
    'lrp-gateway|198.51.100.1',
    'neutron-r|0.0.0.0/0|198.51.100.1|lrp-gateway',
    'lrp-gateway-2|198.51.100.1',
    'neutron-r|0.0.0.0/0|198.51.100.1|lrp-gateway-2',
  ]);
});

test('a watched route names its port and its BFD row', () => {
  const ctx = routed({ router: { enableDefaultRouteBfd: true } });
  const row = rowOf(staticRouteRows(ctx), 'neutron-r|0.0.0.0/0|198.51.100.1|lrp-gateway');
  assert.deepEqual(row.aliases, ['neutron-r|0.0.0.0/0|198.51.100.1']);
  assert.deepEqual(row.cells.output_port, { is: 'exact', value: 'lrp-gateway' });
  assert.deepEqual(row.cells.bfd, { is: 'refs', table: 'BFD', keys: ['lrp-gateway|198.51.100.1'] });
  const watch = rowOf(staticRouteRows(ctx), 'lrp-gateway|198.51.100.1');
  assert.deepEqual(watch.cells, {
    logical_port: { is: 'exact', value: 'lrp-gateway' },
    dst_ip: { is: 'exact', value: '198.51.100.1' },
  });
});
