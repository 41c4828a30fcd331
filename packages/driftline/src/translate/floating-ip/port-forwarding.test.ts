import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floatingIp, portForwarding, revised } from '../testing/build.ts';
import { accepts, routed, rowOf, wantedKeys } from '../testing/routed.ts';
import { portForwardingRows } from './port-forwarding.ts';

const fip = floatingIp({
  id: 'f',
  ...revised(6),
  floatingIpAddress: '198.51.100.77',
  floatingNetworkId: 'outer',
  routerId: 'r',
});
const forward = (id: string, given: object = {}) =>
  portForwarding({ id, floatingIpId: 'f', internalPortId: 'server', internalIpAddress: '10.0.0.5', ...given });
type Scene = Parameters<typeof routed>[0];
const rows = (forwardings: ReturnType<typeof forward>[], scene: Scene = {}) => [
  ...portForwardingRows(routed({ floatingIps: [fip], portForwardings: forwardings, ...scene })),
];

test('forwardings of one protocol share a balancer', () => {
  const found = rows([
    forward('1'),
    forward('2', { externalPortStart: 2222, externalPortEnd: 2222, internalPortStart: 22, internalPortEnd: 22 }),
    forward('3', { protocol: 'udp' }),
  ]);
  assert.deepEqual(
    found.map(({ key }) => key),
    ['pf-floatingip-f-tcp', 'pf-floatingip-f-udp'],
  );
  assert.deepEqual(wantedKeys(rowOf(found, 'pf-floatingip-f-tcp'), 'vips'), {
    '198.51.100.77:8080': '10.0.0.5:80',
    '198.51.100.77:2222': '10.0.0.5:22',
  });
});

test('each port of a range has a balancer of its own, without revision', () => {
  const range = { externalPortStart: 8000, externalPortEnd: 8001, internalPortStart: 80, internalPortEnd: 81 };
  const found = rows([forward('1', range)]);
  assert.deepEqual(
    found.map(({ key }) => key),
    ['pf-floatingip-f-tcp-8000', 'pf-floatingip-f-tcp-8001'],
  );
  assert.deepEqual(wantedKeys(rowOf(found, 'pf-floatingip-f-tcp-8001'), 'vips'), {
    '198.51.100.77:8001': '10.0.0.5:81',
  });
  assert.ok(accepts(rowOf(found, 'pf-floatingip-f-tcp-8000'), 'external_ids', 'neutron:revision_number', undefined));
});

test('a range may lead to a single port', () => {
  const found = rows([forward('1', { externalPortStart: 8000, externalPortEnd: 8002 })]);
  assert.deepEqual(wantedKeys(rowOf(found, 'pf-floatingip-f-tcp-8002'), 'vips'), {
    '198.51.100.77:8002': '10.0.0.5:80',
  });
});

test('the revision is one that the floating ip has had', () => {
  const [row] = rows([forward('1')]);
  assert.ok(row !== undefined);
  assert.ok(accepts(row, 'external_ids', 'neutron:revision_number', '6'));
  assert.ok(accepts(row, 'external_ids', 'neutron:revision_number', '4'));
  assert.ok(!accepts(row, 'external_ids', 'neutron:revision_number', '7'));
  assert.ok(!accepts(row, 'external_ids', 'neutron:revision_number', undefined));
});

test('the router lists the balancer, and so does each switch inside', () => {
  const [row] = rows([forward('1')], { inside: ['geneve', 'vlan'] });
  assert.deepEqual(
    row?.listedIn.map(({ table, key }) => `${table} ${key}`),
    ['Logical_Router neutron-r', 'Logical_Switch neutron-inner-0', 'Logical_Switch neutron-inner-1'],
  );
});

test('a gateway that is scheduled on no chassis does not keep its switch out', () => {
  const [row] = rows([forward('1')], { outside: 'geneve' });
  assert.ok(row?.listedIn.some(({ key }) => key === 'neutron-outer'));
});

test('protocols that OVN does not balance have none', () => {
  assert.deepEqual(rows([forward('1', { protocol: 'sctp' })]), []);
});
