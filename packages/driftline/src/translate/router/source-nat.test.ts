import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subnet } from '../testing/build.ts';
import { gatewayPort, interfacePort, routed } from '../testing/routed.ts';
import { sourceNatRows } from './source-nat.ts';

const of = (scene: Parameters<typeof routed>[0]) =>
  [...sourceNatRows(routed(scene))].map(({ key, presence }) => [key, presence]);
const direct = { ovn: { ovnRouterIndirectSnat: false } };

test('each IPv4 subnet inside is translated to each IPv4 address of the gateways', () => {
  const second = { ...gatewayPort, id: 'gateway-2', fixedIps: [{ subnetId: 'outer-v4', ipAddress: '198.51.100.11' }] };
  assert.deepEqual(of({ inside: ['geneve', 'vlan'], config: direct, ports: [second] }), [
    ['neutron-r|snat|198.51.100.10|10.0.0.0/24', 'required'],
    ['neutron-r|snat|198.51.100.10|10.0.1.0/24', 'required'],
    ['neutron-r|snat|198.51.100.11|10.0.0.0/24', 'required'],
    ['neutron-r|snat|198.51.100.11|10.0.1.0/24', 'required'],
  ]);
});

test('without SNAT, or without a gateway, there is none', () => {
  assert.deepEqual(of({ router: { enableSnat: false } }), []);
  assert.deepEqual(of({ outside: 'none' }), []);
});

test('with nested SNAT one row does it all, and rows of the time before may stay', () => {
  assert.deepEqual(of({ config: { ovn: { ovnRouterIndirectSnat: true } } }), [
    ['neutron-r|snat|198.51.100.10|0.0.0.0/0', 'required'],
    ['neutron-r|snat|198.51.100.10|10.0.0.0/24', 'tolerated'],
  ]);
});

test('of a port in two IPv4 subnets the last is always translated', () => {
  const scene = {
    config: direct,
    subnets: [subnet({ id: 'more', networkId: 'inner-0', cidr: '10.9.0.0/16' })],
    ports: [
      interfacePort(0, [
        { subnetId: 'inner-0-v4', ipAddress: '10.0.0.1' },
        { subnetId: 'more', ipAddress: '10.9.0.1' },
      ]),
    ],
  };
  assert.deepEqual(of(scene), [
    ['neutron-r|snat|198.51.100.10|10.0.0.0/24', 'tolerated'],
    ['neutron-r|snat|198.51.100.10|10.9.0.0/16', 'required'],
  ]);
});
