import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DesiredRow, EmbeddedRow, ObservedLookup } from '../../northbound/desired.ts';
import type { OwnedTable } from '../../northbound/tables.ts';
import { binding, buildContext, chassis, network, type Parts, port, router, segment } from '../testing/build.ts';
import { inserted } from '../testing/read.ts';
import { externalHaGroupRows } from './ha-chassis-group.ts';
import { logicalSwitchPortRows } from './logical-switch-port.ts';

const sriov = port({ id: 'p', networkId: 'net', bindings: [binding({ vnicType: 'direct', host: 'cmp' })] });
const gateways = ['gw-1', 'gw-2', 'gw-3'].map((name) => chassis({ name, physicalNetworks: ['physnet1'] }));
const base: Parts = { networks: [network({ id: 'net' })], ports: [sriov], chassis: gateways };

function groupsOf(parts: Parts): Map<string, DesiredRow> {
  return new Map([...externalHaGroupRows(buildContext({ ...base, ...parts }))].map((row) => [row.key, row]));
}

function group(parts: Parts, name = 'neutron-net'): DesiredRow {
  const row = groupsOf(parts).get(name);
  assert.ok(row, `no group ${name}`);
  return row;
}

type Cells = Readonly<Record<string, unknown>>;
const nothing: ObservedLookup = { row: () => undefined, rowAt: () => undefined };

function isKept(
  row: DesiredRow,
  members: Readonly<Record<string, number>>,
  beside: Cells = {},
  observed = nothing,
): boolean {
  const cell = row.cells.ha_chassis;
  assert.ok(cell?.is === 'rows' && 'is' in cell.rows);
  return cell.rows.accepts(asRows(members), beside, observed);
}

const asRows = (members: Readonly<Record<string, number>>): EmbeddedRow[] =>
  Object.entries(members).map(([chassis_name, priority]) => ({ chassis_name, priority }));

describe('the group of a network with external ports', () => {
  const zed = group({ release: 'zed' });

  it('holds all gateways, from the highest priority down', () => {
    const { ha_chassis: members, ...others } = inserted(zed);
    assert.deepEqual(others, { name: 'neutron-net', external_ids: { 'neutron:availability_zone_hints': '' } });
    const chosen = members as { chassis_name: string; priority: number }[];
    assert.deepEqual(chosen.map(({ chassis_name }) => chassis_name).sort(), ['gw-1', 'gw-2', 'gw-3']);
    assert.deepEqual(
      chosen.map(({ priority }) => priority),
      [32_767, 32_766, 32_765],
    );
    assert.equal(zed.presence, undefined);
  });

  it('is right in any order, with the gaps that lost chassis leave', () => {
    assert.ok(isKept(zed, { 'gw-3': 32_767, 'gw-1': 32_766, 'gw-2': 32_765 }));
    assert.ok(isKept(zed, { 'gw-3': 32_766, 'gw-1': 32_764, 'gw-2': 32_760 }));
  });

  it('is wrong with a chassis missing, unknown or twice at one priority', () => {
    assert.ok(!isKept(zed, { 'gw-3': 32_767, 'gw-1': 32_766 }));
    assert.ok(!isKept(zed, { 'gw-3': 32_767, 'gw-1': 32_766, 'gw-9': 32_765 }));
    assert.ok(!isKept(zed, { 'gw-3': 32_767, 'gw-1': 32_766, 'gw-2': 32_766 }));
    assert.ok(!isKept(zed, { 'gw-3': 32_767, 'gw-1': 32_766, 'gw-2': 3 }));
  });

  it('keeps to the zones that the network hints at, or to chassis in none', () => {
    const zoned = [...gateways, chassis({ name: 'gw-a', availabilityZones: ['a'] })];
    assert.ok(isKept(group({ release: 'zed', chassis: zoned }), { 'gw-1': 32_767, 'gw-2': 32_766, 'gw-3': 32_765 }));
    const hinted = {
      release: 'zed',
      chassis: zoned,
      networks: [network({ id: 'net', availabilityZoneHints: ['a'] })],
    } as const;
    assert.ok(isKept(group(hinted), { 'gw-a': 32_767 }));
    assert.ok(!isKept(group(hinted), { 'gw-1': 32_767 }));
  });

  it('leaves out, since 2026.2, who lacks its physical network', () => {
    const parts: Parts = {
      segments: [segment({ id: 's', networkId: 'net', networkType: 'vlan', physicalNetwork: 'physnet1' })],
      chassis: [...gateways, chassis({ name: 'gw-4' })],
    };
    const row = group(parts);
    assert.deepEqual((inserted(row).ha_chassis as EmbeddedRow[]).map((it) => it.chassis_name).includes('gw-4'), false);
    assert.ok(isKept(row, { 'gw-1': 32_767, 'gw-2': 32_766, 'gw-3': 32_765 }));
  });

  it('is the one that the ports refer to', () => {
    const [row] = logicalSwitchPortRows(buildContext(base));
    assert.ok(row);
    assert.deepEqual(inserted(row).ha_chassis_group, ['neutron-net']);
  });
});

it('tolerates the group of a network that lost its external ports', () => {
  assert.equal(group({ release: 'zed', ports: [] }).presence, 'tolerated');
});

describe('with chassis set aside for external ports', () => {
  const set: Parts = {
    chassis: [
      ...gateways,
      ...['cmp', 'ext-1', 'ext-2'].map((name) => chassis({ name, isGateway: false, isExternalPortHost: true })),
    ],
  };

  it('every port has a group of its own, off the host it is on', () => {
    const row = group(set, 'neutron-extport-p');
    const members = inserted(row).ha_chassis as EmbeddedRow[];
    assert.deepEqual(members.map(({ chassis_name }) => chassis_name).toSorted(), ['ext-1', 'ext-2']);
    assert.ok(
      isKept(row, { cmp: 32_767, 'ext-1': 32_766 }),
      'Neutron leaves out where OVN has bound the port, not where the VM is',
    );
    assert.ok(!isKept(row, { 'ext-1': 32_766 }));
    const [lsp] = logicalSwitchPortRows(buildContext({ ...base, ...set }));
    assert.ok(lsp);
    assert.deepEqual(inserted(lsp).ha_chassis_group, ['neutron-extport-p']);
    assert.equal(group(set).presence, 'tolerated');
  });

  it('Zed knows nothing of them', () => {
    assert.equal(group({ ...set, release: 'zed' }, 'neutron-extport-p').presence, 'tolerated');
    assert.equal(group({ ...set, release: 'zed' }).presence, undefined);
  });
});

describe('behind a router gateway, since 2026.1', () => {
  const routed: Parts = {
    networks: [network({ id: 'ext', external: true }), network({ id: 'net' })],
    segments: [segment({ id: 's', networkId: 'ext', networkType: 'flat', physicalNetwork: 'physnet1' })],
    ports: [
      sriov,
      port({ id: 'if', networkId: 'net', deviceId: 'r', deviceOwner: 'network:router_interface' }),
      port({ id: 'gw', networkId: 'ext', deviceId: 'r', deviceOwner: 'network:router_gateway' }),
    ],
    routers: [
      router({
        id: 'r',
        gatewayPortId: 'gw',
        ports: [
          { portId: 'gw', portType: 'network:router_gateway' },
          { portId: 'if', portType: 'network:router_interface' },
        ],
      }),
    ],
  };
  const schedule = { 'gw-2': 3, 'gw-3': 2, 'gw-1': 1 };

  const rows: Record<string, Cells> = Object.fromEntries(
    asRows(schedule).map((row, at) => [`c${at}`, { ...row, name: `lrp-gw_${row.chassis_name}` }]),
  );
  const scheduledAt = (at: OwnedTable, key: string, cells: Cells): ObservedLookup => ({
    row: (table, name) => (table === at && name === key ? cells : undefined),
    rowAt: (uuid) => rows[uuid],
  });

  it('follows that gateway, chassis by chassis', () => {
    const row = group({ ...routed, release: '2026.1' });
    const observed = scheduledAt('Logical_Router_Port', 'lrp-gw', { gateway_chassis: Object.keys(rows) });
    assert.ok(isKept(row, schedule, {}, observed));
    assert.ok(!isKept(row, { ...schedule, 'gw-1': 4 }, {}, observed));
    assert.ok(!isKept(row, { 'gw-1': 32_767, 'gw-2': 32_766, 'gw-3': 32_765 }, {}, observed));
    assert.deepEqual(inserted(row).external_ids, {
      'neutron:availability_zone_hints': '',
      'neutron:network_id': 'net',
      'neutron:router_id': 'r',
    });
  });

  it('reads the schedule from the router’s group since 2026.2', () => {
    const row = group(routed);
    const observed = scheduledAt('HA_Chassis_Group', 'neutron-r', { ha_chassis: Object.keys(rows) });
    assert.ok(isKept(row, schedule, {}, observed));
    assert.ok(!isKept(row, { 'gw-2': 3 }, {}, observed));
  });

  it('has a group even without external ports, which older databases lack', () => {
    const ports = routed.ports?.filter(({ id }) => id !== 'p') ?? [];
    assert.equal(group({ ...routed, ports }).feature, 'haGroupIds');
    assert.equal(group(routed).feature, undefined);
  });

  it('has no link to a gateway on a tunnelled network, which no chassis is scheduled for', () => {
    const tunnelled = group({ ...routed, segments: [segment({ id: 's', networkId: 'ext' })] });
    assert.equal((inserted(tunnelled).external_ids as Record<string, string>)['neutron:router_id'], undefined);
  });
});
