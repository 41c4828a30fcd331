import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chassis } from '../testing/build.ts';
import { accepts, observing, routed, rowOf, wantedKeys } from '../testing/routed.ts';
import { logicalRouterRows } from './logical-router.ts';

test('a router carries its name, revision and zone hints', () => {
  const ctx = routed({ router: { availabilityZoneHints: ['south', 'north'] } });
  const row = rowOf(logicalRouterRows(ctx), 'neutron-r');
  assert.deepEqual(wantedKeys(row, 'external_ids'), {
    'neutron:router_name': 'edge',
    'neutron:revision_number': '7',
    'neutron:availability_zone_hints': 'north,south',
  });
  assert.deepEqual(row.cells.enabled, { is: 'exact', value: true });
});

test('a router without hints shows the zones of the deployment', () => {
  const ctx = routed({ config: { defaultAvailabilityZones: ['az1'] } });
  const row = rowOf(logicalRouterRows(ctx), 'neutron-r');
  assert.equal(wantedKeys(row, 'external_ids')['neutron:availability_zone_hints'], 'az1');
});

test('before 2023.2 a router names its gateway port and network, empty where it has none', () => {
  const withGateway = rowOf(logicalRouterRows(routed({ release: 'zed' })), 'neutron-r');
  assert.equal(wantedKeys(withGateway, 'external_ids')['neutron:gw_port_id'], 'gateway');
  assert.equal(wantedKeys(withGateway, 'external_ids')['neutron:gw_network_id'], 'outer');
  const without = rowOf(logicalRouterRows(routed({ release: 'zed', outside: 'none' })), 'neutron-r');
  assert.equal(wantedKeys(without, 'external_ids')['neutron:gw_network_id'], '');
});

test('a router of another flavour is another provider’s from 2024.1 on', () => {
  assert.equal([...logicalRouterRows(routed({ release: '2024.1', router: { flavorId: 'f' } }))].length, 0);
  assert.equal([...logicalRouterRows(routed({ release: '2023.2', router: { flavorId: 'f' } }))].length, 1);
});

test('ageing of MAC bindings is 300 or 0 in 2026.1, whose default changed, and what is configured elsewhere', () => {
  const found = (release: '2026.1' | '2026.2', value: string) =>
    accepts(rowOf(logicalRouterRows(routed({ release })), 'neutron-r'), 'options', 'mac_binding_age_threshold', value);
  assert.equal(found('2026.1', '0'), true);
  assert.equal(found('2026.1', '300'), true);
  assert.equal(found('2026.1', '17'), false);
  assert.equal(found('2026.2', '300'), true);
  assert.equal(found('2026.2', '0'), false);
});

test('a router on a tunnelled network is pinned to the first chassis of its group', () => {
  const ctx = routed({
    release: '2025.1',
    outside: 'geneve',
    chassis: [chassis({ name: 'a' }), chassis({ name: 'b' })],
  });
  const row = rowOf(logicalRouterRows(ctx), 'neutron-r');
  const group = { 'HA_Chassis_Group neutron-r': { ha_chassis: ['1', '2'] } };
  const members = { 1: { chassis_name: 'a', priority: 32766 }, 2: { chassis_name: 'b', priority: 32767 } };
  assert.equal(wantedKeys(row, 'options', observing(group, members)).chassis, 'b');
});

test('a router on a physical network must not be pinned; one without gateway may be', () => {
  const pinned = rowOf(logicalRouterRows(routed()), 'neutron-r');
  assert.equal(accepts(pinned, 'options', 'chassis', 'a'), false);
  const { options } = rowOf(logicalRouterRows(routed({ outside: 'none' })), 'neutron-r').cells;
  assert.ok(options?.is === 'keys' && !('chassis' in options.keys));
});
