import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaRow } from '@driftline/ovsdb';
import { readChassis } from './read-chassis.ts';

interface Given {
  readonly name?: string;
  readonly older?: Record<string, string>;
  readonly newer?: Record<string, string>;
}

const map = (pairs: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(pairs));

function read(given: readonly Given[], release: Parameters<typeof readChassis>[1] = '2026.1') {
  const rows = given.map(({ name = 'host-1', older = {}, newer }, at): [string, ReplicaRow] => [
    `uuid-${at}`,
    {
      _uuid: `uuid-${at}`,
      name,
      hostname: `${name}.example.org`,
      external_ids: map(older),
      ...(newer === undefined ? {} : { other_config: map(newer) }),
    },
  ]);
  return readChassis({ table: () => ({ rows: new Map(rows) }) }, release);
}

test('chassis are read in the order of their names', () => {
  const names = read([{ name: 'b' }, { name: 'a' }]).map(({ name, hostname }) => [name, hostname]);
  assert.deepEqual(names, [
    ['a', 'a.example.org'],
    ['b', 'b.example.org'],
  ]);
});

test('a chassis without settings is on no physical network, in no zone, and no gateway', () => {
  assert.deepEqual(read([{ newer: {} }]), [
    {
      name: 'host-1',
      hostname: 'host-1.example.org',
      physicalNetworks: [],
      isGateway: false,
      isExternalPortHost: false,
      availabilityZones: [],
      cardSerialNumbers: [],
      datapathType: '',
    },
  ]);
});

test('ovn-cms-options are a comma list, blanks around its entries aside', () => {
  const options =
    'enable-chassis-as-gw, enable-chassis-as-extport-host,availability-zones=east: west:,card-serial-number=XY-1';
  const [chassis] = read([{ newer: { 'ovn-cms-options': options } }]);
  assert.ok(chassis?.isGateway);
  assert.ok(chassis.isExternalPortHost);
  assert.deepEqual(chassis.availabilityZones, ['east', 'west']);
  assert.deepEqual(chassis.cardSerialNumbers, ['XY-1']);
});

test('an option that only begins like one is another option', () => {
  const [chassis] = read([{ newer: { 'ovn-cms-options': 'enable-chassis-as-gw-maybe,availability-zonesx=a' } }]);
  assert.ok(!chassis?.isGateway);
  assert.deepEqual(chassis?.availabilityZones, []);
});

test('of ovn-bridge-mappings the physical networks count, and bad mappings do not', () => {
  const [chassis] = read([{ newer: { 'ovn-bridge-mappings': 'physnet1:br-ex, public:br-pub,:br-none,lonely,a:b:c' } }]);
  assert.deepEqual(chassis?.physicalNetworks, ['physnet1', 'public']);
});

test('the datapath type is told as it stands', () => {
  assert.equal(read([{ newer: { 'datapath-type': 'netdev' } }])[0]?.datapathType, 'netdev');
});

test('since 2023.1 external_ids say nothing where the schema has other_config', () => {
  const older = { 'ovn-cms-options': 'enable-chassis-as-gw' };
  assert.ok(!read([{ older, newer: {} }], '2023.1')[0]?.isGateway);
  assert.ok(read([{ older }], '2023.1')[0]?.isGateway);
});

test('in Zed external_ids count for what other_config does not say', () => {
  const older = { 'ovn-cms-options': 'enable-chassis-as-gw', 'datapath-type': 'system' };
  const [chassis] = read([{ older, newer: { 'datapath-type': 'netdev' } }], 'zed');
  assert.ok(chassis?.isGateway);
  assert.equal(chassis.datapathType, 'netdev');
});
