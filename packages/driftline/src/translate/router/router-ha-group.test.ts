import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Choice, DesiredRow, EmbeddedRow } from '../../northbound/desired.ts';
import { chassis } from '../testing/build.ts';
import { gatewayPort, noLoad, observing, routed, rowOf, wantedKeys } from '../testing/routed.ts';
import { routerHaGroupRows } from './router-ha-group.ts';

type Scene = Parameters<typeof routed>[0];
const gateways = (...names: string[]) => names.map((name) => chassis({ name, physicalNetworks: ['physnet1'] }));
const groupOf = (scene: Scene): DesiredRow => rowOf(routerHaGroupRows(routed(scene)), 'neutron-r');

function members(row: DesiredRow): Choice<readonly EmbeddedRow[]> {
  const cell = row.cells.ha_chassis;
  assert.ok(cell?.is === 'rows' && 'is' in cell.rows);
  return cell.rows;
}
const on = (highest: number, ...names: string[]): EmbeddedRow[] =>
  names.map((name, at) => ({ chassis_name: name, priority: highest - at }));
const accepts = (row: DesiredRow, found: readonly EmbeddedRow[]) => members(row).accepts(found, {}, observing());

test('from 2026.2 on a router with a gateway has a group, marked with its id and hints', () => {
  const row = groupOf({ chassis: gateways('a', 'b'), router: { availabilityZoneHints: [] } });
  assert.equal(row.presence, 'required');
  assert.deepEqual(wantedKeys(row, 'external_ids'), {
    'neutron:availability_zone_hints': '',
    'neutron:router_id': 'r',
  });
  assert.ok(accepts(row, on(2, 'b', 'a')));
});

test('priorities may be set by an operator, but must be distinct', () => {
  const row = groupOf({ chassis: gateways('a', 'b') });
  assert.ok(accepts(row, [...on(900, 'a'), ...on(0, 'b')]));
  assert.ok(!accepts(row, [...on(7, 'a'), ...on(7, 'b')]));
  assert.ok(!accepts(row, on(2, 'a')));
  assert.ok(!accepts(row, on(3, 'a', 'b', 'gone')));
});

test('the group outlives the gateway: it is then neither wanted nor unwanted', () => {
  const row = groupOf({ outside: 'none', chassis: gateways('a') });
  assert.equal(row.presence, 'tolerated');
  assert.ok(accepts(row, on(1, 'gone')));
});

test('a repair takes over what the gateway port had before the group', () => {
  const row = groupOf({ chassis: gateways('a', 'b', 'c') });
  const observed = observing(
    { 'Logical_Router_Port lrp-gateway': { gateway_chassis: ['1', '2'] } },
    { 1: { chassis_name: 'b', priority: 1 }, 2: { chassis_name: 'c', priority: 2 } },
  );
  const chosen = members(row).choose({}, observed, noLoad());
  assert.deepEqual(chosen, on(3, 'c', 'b', 'a'));
});

test('until 2026.1 only routers on tunnelled networks have a group, of the highest priorities', () => {
  assert.deepEqual([...routerHaGroupRows(routed({ release: '2026.1', chassis: gateways('a') }))], []);
  assert.deepEqual([...routerHaGroupRows(routed({ release: '2024.1', outside: 'geneve' }))], []);
  const row = groupOf({ release: '2025.1', outside: 'geneve', chassis: gateways('a', 'b') });
  const chosen = members(row).choose({}, observing(), noLoad()) ?? [];
  assert.deepEqual(
    chosen.map(({ priority }) => priority),
    [32_767, 32_766],
  );
  assert.ok(accepts(row, chosen));
  assert.ok(!accepts(row, on(32_767, 'a')));
  assert.equal(wantedKeys(row, 'external_ids')['neutron:router_id'], 'r');
});

test('any one of several gateway ports may have had the last word on the shared group', () => {
  const second = { ...gatewayPort, id: 'gateway-2', networkId: 'inner-0', fixedIps: [] };
  const row = groupOf({
    inside: ['vlan'],
    ports: [second],
    segments: [],
    chassis: [...gateways('a', 'b'), chassis({ name: 'c', physicalNetworks: ['other'] })],
  });
  assert.ok(accepts(row, on(2, 'a', 'b')));
  assert.ok(!accepts(row, on(3, 'a', 'b', 'c')));
});
