import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findMark, readBalancer } from '../../examples/octavia/balancer.ts';
import { wantedListings, wantedMappings } from '../../examples/octavia/wanted.ts';
import type { NeutronSnapshot } from '../../src/neutron/model/snapshot.ts';
import type { NorthboundRow } from '../../src/northbound/owners.ts';

const row = (ids: Readonly<Record<string, string>>, cells: Readonly<Record<string, unknown>> = {}): NorthboundRow => ({
  _uuid: 'row',
  name: 'balancer',
  external_ids: new Map(Object.entries(ids)),
  ...cells,
});

/** Router r with an interface in each of these networks: its addresses, and what kind of port it is. */
function snapshotOf(interfaces: Readonly<Record<string, readonly [addresses: readonly string[], portType: string]>>) {
  const entries = Object.entries(interfaces);
  const ports = entries.map(([networkId, [addresses]]) => {
    const fixedIps = addresses.map((ipAddress) => ({ subnetId: 'subnet', ipAddress }));
    return [networkId, { id: networkId, networkId, fixedIps }] as const;
  });
  const routerPorts = entries.map(([portId, [, portType]]) => ({ portId, portType }));
  const segments = entries.map(
    ([networkId]) =>
      [networkId, { networkId, physicalNetwork: networkId.startsWith('vlan') ? 'p' : undefined }] as const,
  );
  const routers = new Map([['r', { id: 'r', ports: routerPorts }]]);
  return { ports: new Map(ports), segments: new Map(segments), routers } as unknown as NeutronSnapshot;
}

const INTERFACE = 'network:router_interface';
const wanted = (ids: Readonly<Record<string, string>>, snapshot: NeutronSnapshot): readonly string[] =>
  wantedListings(row(ids), snapshot).map(({ table, key }) => `${table} ${key}`);

describe('where Octavia’s provider attaches a load balancer', () => {
  it('is every network behind its routers, and not behind their gateways', () => {
    const snapshot = snapshotOf({
      a: [['10.0.0.1'], INTERFACE],
      b: [['10.0.1.1'], INTERFACE],
      outside: [['192.0.2.1'], 'network:router_gateway'],
    });
    assert.deepEqual(wanted({ 'neutron:vip': '10.0.0.9', lr_ref: 'neutron-r' }, snapshot), [
      'Logical_Switch neutron-a',
      'Logical_Switch neutron-b',
      'Logical_Router neutron-r',
    ]);
  });

  it('is only where its address family is', () => {
    const snapshot = snapshotOf({
      four: [['10.0.0.1'], INTERFACE],
      six: [['fd00::1'], INTERFACE],
      // Which of the two comes first decides at the provider, and either is right.
      both: [['10.0.1.1', 'fd00:1::1'], INTERFACE],
    });
    const ids = { lr_ref: 'neutron-r' };
    const router = 'Logical_Router neutron-r';
    assert.deepEqual(wanted({ ...ids, 'neutron:vip': 'fd00::9' }, snapshot), ['Logical_Switch neutron-six', router]);
    assert.deepEqual(wanted({ ...ids, 'neutron:vip': '10.0.0.9' }, snapshot), ['Logical_Switch neutron-four', router]);
  });

  it('is no network with a physical network, though older releases put it there', () => {
    const snapshot = snapshotOf({ vlan1: [['10.0.0.1'], INTERFACE], a: [['10.0.1.1'], INTERFACE] });
    const ids = { 'neutron:vip': '10.0.1.9', ls_refs: '{"neutron-vlan1": 2, "neutron-a": 1}', lr_ref: 'neutron-r' };
    assert.deepEqual(wanted(ids, snapshot), ['Logical_Switch neutron-a', 'Logical_Router neutron-r']);
  });

  it('is every router of several, and what can’t be read counts for nothing', () => {
    const snapshot = snapshotOf({});
    assert.deepEqual(wanted({ lr_ref: 'neutron-r, neutron-s', ls_refs: 'no json' }, snapshot), [
      'Logical_Router neutron-r',
      'Logical_Router neutron-s',
    ]);
  });
});

describe('a load balancer of Octavia’s provider', () => {
  it('is known by any of its keys, and Neutron’s port forwardings are none', () => {
    for (const key of ['neutron:vip', 'ls_refs', 'lr_ref', 'listener_1:D', 'pool_1', 'octavia:healthmonitors']) {
      assert.equal(findMark(row({ enabled: 'True', [key]: '' })), key);
    }
    assert.equal(findMark(row({ 'neutron:device_owner': 'port_forwarding_plugin', 'neutron:vip': 'x' })), undefined);
    assert.equal(findMark(row({ owner: 'somebody' })), undefined);
    assert.equal(findMark(row({}, { external_ids: undefined })), undefined);
  });

  it('has the ports of its additional VIPs too', () => {
    const ids = { 'neutron:vip_port_id': 'p1', 'neutron:additional_vip_port_ids': 'p2,p3' };
    assert.deepEqual(readBalancer(row(ids)).vipPortIds, ['p1', 'p2', 'p3']);
  });

  it('needs brackets around IPv6 addresses of members, and only around those', () => {
    const mappings = (...entries: readonly (readonly [string, string])[]) =>
      wantedMappings(row({}, { ip_port_mappings: new Map(entries) })).map(({ key, value }) => [key, value]);
    assert.deepEqual(mappings(['fd00::5', 'port:fd00::2']), [
      ['fd00::5', null],
      ['[fd00::5]', 'port:[fd00::2]'],
    ]);
    assert.deepEqual(mappings(['10.0.0.5', 'port:10.0.0.2'], ['[fd00::5]', 'port:[fd00::2]']), []);
  });
});
