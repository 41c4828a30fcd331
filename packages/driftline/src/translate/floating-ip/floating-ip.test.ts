import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DesiredRow, ObservedLookup } from '../../northbound/desired.ts';
import { chassis, floatingIp, port, revised } from '../testing/build.ts';
import { accepts, noLoad, observing, routed, rowOf, wantedKeys } from '../testing/routed.ts';
import { floatingIpRows } from './floating-ip.ts';

const server = port({
  id: 'server',
  networkId: 'inner-0',
  fixedIps: [{ subnetId: 'inner-0-v4', ipAddress: '10.0.0.5' }],
});
const fip = floatingIp({
  id: 'fip',
  ...revised(4),
  floatingIpAddress: '198.51.100.77',
  floatingNetworkId: 'outer',
  fixedPortId: 'server',
  fixedIpAddress: '10.0.0.5',
  routerId: 'r',
});
const fipPort = port({ id: 'fip-port', networkId: 'outer', macAddress: 'fa:16:3e:00:00:ff' });
const gateways = [chassis({ name: 'a', physicalNetworks: ['physnet1'] })];
const distributed = { ovn: { enableDistributedFloatingIp: true } };

type Scene = Parameters<typeof routed>[0];
const row = (scene: Scene = {}): DesiredRow =>
  rowOf(
    floatingIpRows(
      routed({ chassis: gateways, ...scene, floatingIps: [fip], ports: [server, fipPort, ...(scene?.ports ?? [])] }),
    ),
    'fip:fip',
  );

const up = observing({ 'Logical_Switch_Port server': { up: true } });
const down = observing({ 'Logical_Switch_Port server': { up: false } });

function takes(of: DesiredRow, column: string, found: string | undefined, observed: ObservedLookup): boolean {
  const cell = of.cells[column];
  if (cell?.is === 'exact') return cell.value === found;
  assert.ok(cell?.is === 'choice');
  return cell.accepts(found, {}, observed);
}

test('a floating ip is one row, named by its uuid from 2026.2 on', () => {
  assert.deepEqual(wantedKeys(row(), 'external_ids'), {
    'neutron:fip_id': 'fip',
    'neutron:revision_number': '4',
    'neutron:fip_port_id': 'server',
    'neutron:router_name': 'neutron-r',
    'neutron:fip_external_mac': 'fa:16:3e:00:00:ff',
    'neutron:fip_network_id': 'outer',
  });
  assert.equal(row().uuid, 'fip');
  assert.equal(row({ release: '2026.1' }).uuid, undefined);
  assert.deepEqual(row().aliases, ['neutron-r|dnat_and_snat|198.51.100.77|10.0.0.5']);
});

test('without a fixed address, as with port forwardings, there is no row', () => {
  const free = floatingIp({
    id: 'free',
    floatingIpAddress: '198.51.100.78',
    floatingNetworkId: 'outer',
    routerId: 'r',
  });
  assert.deepEqual([...floatingIpRows(routed({ floatingIps: [free] }))], []);
});

test('a centralised floating ip has no MAC', () => {
  assert.ok(takes(row(), 'external_mac', undefined, up));
  assert.ok(!takes(row(), 'external_mac', 'fa:16:3e:00:00:ff', up));
});

test('a distributed one has its MAC once the port is up, and may keep it', () => {
  const of = row({ config: distributed });
  assert.ok(takes(of, 'external_mac', 'fa:16:3e:00:00:ff', up));
  assert.ok(!takes(of, 'external_mac', undefined, up));
  assert.ok(takes(of, 'external_mac', undefined, down));
  assert.ok(takes(of, 'external_mac', 'fa:16:3e:00:00:ff', down));
  assert.ok(!takes(of, 'external_mac', 'fa:16:3e:00:00:01', up));
  const cell = of.cells.external_mac;
  assert.ok(cell?.is === 'choice');
  assert.equal(cell.choose({}, up, noLoad()), 'fa:16:3e:00:00:ff');
  assert.equal(cell.choose({}, down, noLoad()), undefined);
});

test('a member of a load balancer may be on the gateway, as long as it is a member', () => {
  const vip = port({ id: 'vip', name: 'ovn-lb-vip-1', networkId: 'inner-0' });
  const of = row({ config: distributed, ports: [vip] });
  const observed = (members: string) =>
    observing(
      { 'Logical_Switch_Port server': { up: true }, 'Logical_Switch neutron-inner-0': { load_balancer: ['lb'] } },
      { lb: { external_ids: new Map([['pool_1', members]]) } },
    );
  const member = observed('member_1_10.0.0.5:80_inner-0-v4,member_2_10.0.0.6:80_inner-0-v4');
  assert.ok(takes(of, 'logical_port', undefined, member));
  assert.ok(takes(of, 'external_mac', undefined, member));
  assert.ok(takes(of, 'logical_port', 'server', member));
  const other = observed('member_2_10.0.0.6:80_inner-0-v4');
  assert.ok(!takes(of, 'logical_port', undefined, other));
  assert.ok(!takes(of, 'external_mac', undefined, other));
});

test('stateless or not is said from 2025.2 on', () => {
  assert.deepEqual(wantedKeys(row(), 'options'), { stateless: 'false' });
  assert.deepEqual(wantedKeys(row({ config: { ovn: { statelessNatEnabled: true } } }), 'options'), {
    stateless: 'true',
  });
  assert.ok(!accepts(row({ release: '2025.1' }), 'options', 'stateless', 'true'));
});

function gatewayPorts(scene: Scene): readonly string[] | undefined {
  const cell = row(scene).cells.gateway_port;
  if (cell?.is === 'refs') return cell.keys;
  return cell?.is === 'refs-choice' ? cell.choice.choose({}, observing(), noLoad()) : undefined;
}

test('the gateway port is named by a rule that changed three times', () => {
  assert.deepEqual(gatewayPorts({ release: '2024.1' }), ['lrp-gateway']);
  assert.deepEqual(gatewayPorts({ release: '2025.2' }), ['lrp-gateway']);
  assert.deepEqual(gatewayPorts({ release: '2025.2', outside: 'geneve' }), []);
  assert.deepEqual(gatewayPorts({ release: '2026.2' }), []);
  assert.deepEqual(gatewayPorts({ release: '2026.2', config: distributed }), ['lrp-gateway']);
  assert.deepEqual(gatewayPorts({ release: '2026.2', config: distributed, chassis: [] }), []);
});

test('a schema without the column is not asked for it', () => {
  assert.equal(row({ release: '2024.1', schema: { hasColumn: () => false } }).cells.gateway_port, undefined);
});

test('a floating ip whose port is missing is a fault', () => {
  const ctx = routed({ floatingIps: [fip], ports: [fipPort] });
  assert.deepEqual([...floatingIpRows(ctx)], []);
  assert.deepEqual(
    ctx.faults.map(({ resource }) => resource),
    [{ type: 'floatingips', id: 'fip' }],
  );
});
