import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLASSES_WITHOUT_ROWS, classesOf, EVENT_CLASSES } from '../../src/events/event-classes.ts';
import { keyOf } from '../../src/events/look.ts';
import type { RowEventKind } from '../../src/events/row-events.ts';
import { isAtLeast, RELEASES, type Release } from '../../src/neutron/release-name.ts';
import { type Cells, contextOf, map, type Rows, rowEvent } from './rows.ts';

const marked = { external_ids: map({ 'neutron:port_name': '' }) };
const interfacePort: Cells = {
  name: 'p',
  external_ids: map({
    'neutron:port_name': '',
    'neutron:device_id': 'r',
    'neutron:device_owner': 'network:router_interface',
  }),
};
const routerGroup: Cells = { ha_chassis: ['a'], external_ids: map({ 'neutron:router_id': 'r' }) };
const routerPort = (name: string, network: string): Cells => ({
  _uuid: name,
  name,
  external_ids: map({ 'neutron:network_name': `neutron-${network}`, 'neutron:router_name': 'neutron-r' }),
});
const floatingIp: Cells = {
  type: 'dnat_and_snat',
  external_ip: '192.0.2.1',
  logical_port: 'p',
  external_ids: map({ 'neutron:fip_id': 'f', 'neutron:fip_external_mac': 'm' }),
};
const northbound: Rows = {
  Logical_Router_Port: [{ name: 'lrp-p' }, routerPort('one', 'n'), routerPort('two', 'n'), routerPort('three', 'm')],
  Logical_Router: [{ name: 'neutron-r', ports: ['one', 'two', 'three'] }],
  Logical_Switch_Port: [
    { name: 'p', up: true, ...marked },
    { name: 'down', up: false, ...marked },
  ],
};
const southbound: Rows = {
  Datapath_Binding: [{ _uuid: 'd', external_ids: map({ name: 'neutron-r' }) }],
};

interface Rule {
  readonly states: string;
  readonly name: string;
  readonly release: Release;
  readonly kind: RowEventKind;
  readonly row: Cells;
  /** What of it was otherwise before. */
  readonly old?: Cells;
  /** Keys of the looks; none: it does not match. */
  readonly looks: readonly string[];
}

/** From neutron/plugins/ml2/drivers/ovn/mech_driver/ovsdb/ovsdb_monitor.py and services/ovn_l3/ovsdb_monitor.py. */
const RULES: readonly Rule[] = [
  {
    states: 'a port that is there',
    name: 'LogicalSwitchPortCreateEvent',
    release: '2024.1',
    kind: 'create',
    row: { name: 'p', ...marked },
    looks: ['port-status p'],
  },
  {
    states: "a port of somebody else's",
    name: 'LogicalSwitchPortCreateEvent',
    release: '2024.1',
    kind: 'create',
    row: { name: 'p', external_ids: map({}) },
    looks: [],
  },
  {
    states: 'a port that comes up',
    name: 'LogicalSwitchPortUpdateUpEvent',
    release: '2024.1',
    kind: 'update',
    row: { name: 'p', up: true, ...marked },
    old: { up: false },
    looks: ['port-status p'],
  },
  {
    states: 'a port that comes up while disabled',
    name: 'LogicalSwitchPortUpdateUpEvent',
    release: '2024.1',
    kind: 'update',
    row: { name: 'p', up: true, enabled: false, ...marked },
    old: { up: false },
    looks: [],
  },
  {
    states: 'the same in Zed',
    name: 'LogicalSwitchPortUpdateUpEvent',
    release: 'zed',
    kind: 'update',
    row: { name: 'p', up: true, enabled: false, ...marked },
    old: { up: false },
    looks: ['port-status p'],
  },
  {
    states: 'a port that is enabled',
    name: 'LogicalSwitchPortUpdateUpEvent',
    release: '2024.1',
    kind: 'update',
    row: { name: 'p', up: true, enabled: true, ...marked },
    old: { enabled: false },
    looks: ['port-status p'],
  },
  {
    states: 'a port that goes down',
    name: 'LogicalSwitchPortUpdateDownEvent',
    release: '2024.1',
    kind: 'update',
    row: { name: 'p', up: false, ...marked },
    old: { up: true },
    looks: ['port-status p'],
  },
  {
    states: 'a port that is disabled',
    name: 'LogicalSwitchPortUpdateDownEvent',
    release: '2024.1',
    kind: 'update',
    row: { name: 'p', up: true, enabled: false, ...marked },
    old: { enabled: true },
    looks: ['port-status p'],
  },
  {
    states: 'a port that is disabled, in Zed',
    name: 'LogicalSwitchPortUpdateDownEvent',
    release: 'zed',
    kind: 'update',
    row: { name: 'p', up: true, enabled: false, ...marked },
    old: { enabled: true },
    looks: [],
  },
  {
    states: "a router interface's port",
    name: 'LogicalSwitchPortUpdateLogicalRouterPortEvent',
    release: '2024.2',
    kind: 'update',
    row: interfacePort,
    old: { tag: 1 },
    looks: ['resource router_ports p'],
  },
  {
    states: "an interface's port without router port",
    name: 'LogicalSwitchPortUpdateLogicalRouterPortEvent',
    release: '2024.2',
    kind: 'update',
    row: { ...interfacePort, name: 'q' },
    old: { tag: 1 },
    looks: [],
  },
  {
    states: "a machine's port",
    name: 'LogicalSwitchPortUpdateLogicalRouterPortEvent',
    release: '2024.2',
    kind: 'update',
    row: { name: 'p', ...marked },
    old: { tag: 1 },
    looks: [],
  },
  {
    states: 'a floating IP that comes',
    name: 'FIPAddDeleteEvent',
    release: '2026.1',
    kind: 'create',
    row: floatingIp,
    looks: ['mac-bindings 192.0.2.1'],
  },
  {
    states: 'a floating IP that goes',
    name: 'FIPAddDeleteEvent',
    release: 'zed',
    kind: 'delete',
    row: floatingIp,
    looks: ['mac-bindings 192.0.2.1'],
  },
  {
    states: "an operator's dnat_and_snat",
    name: 'FIPAddDeleteEvent',
    release: '2026.1',
    kind: 'create',
    row: { ...floatingIp, external_ids: map({}) },
    looks: [],
  },
  {
    states: 'a floating IP with a MAC to set',
    name: 'FIPAddExternalMacEvent',
    release: '2026.2',
    kind: 'create',
    row: floatingIp,
    looks: ['resource floatingips f'],
  },
  {
    states: 'a floating IP without a port',
    name: 'FIPAddExternalMacEvent',
    release: '2026.2',
    kind: 'create',
    row: { ...floatingIp, logical_port: undefined },
    looks: [],
  },
  {
    states: "other chassis in a router's group",
    name: 'HAChassisGroupRouterEvent',
    release: '2024.2',
    kind: 'update',
    row: routerGroup,
    old: { ha_chassis: [] },
    looks: ['resource routers r'],
  },
  {
    states: "the router's group by its name alone",
    name: 'HAChassisGroupRouterEvent',
    release: '2024.2',
    kind: 'update',
    row: routerGroup,
    old: { name: 'x' },
    looks: [],
  },
  {
    states: "a network's group",
    name: 'HAChassisGroupRouterEvent',
    release: '2024.2',
    kind: 'update',
    row: { ...routerGroup, external_ids: map({ 'neutron:router_id': 'r', 'neutron:network_id': 'n' }) },
    old: { ha_chassis: [] },
    looks: [],
  },
  {
    states: "other chassis in a router's group",
    name: 'RouterHAChassisGroupEvent',
    release: '2026.2',
    kind: 'update',
    row: routerGroup,
    old: { ha_chassis: [] },
    looks: ['resource routers r'],
  },
  {
    states: 'a router port that comes',
    name: 'LogicalRouterPortEvent',
    release: '2026.1',
    kind: 'create',
    row: routerPort('new', 'n'),
    looks: ['resource networks n', 'resource routers r'],
  },
  {
    states: "a router's last port in a network that goes",
    name: 'LogicalRouterPortEvent',
    release: '2026.1',
    kind: 'delete',
    row: routerPort('gone', 'k'),
    looks: ['resource networks k', 'resource routers r'],
  },
  {
    states: 'one of two in a network that goes',
    name: 'LogicalRouterPortEvent',
    release: '2026.1',
    kind: 'delete',
    row: routerPort('gone', 'n'),
    looks: [],
  },
  {
    states: 'a port that goes with its router',
    name: 'LogicalRouterPortEvent',
    release: '2026.1',
    kind: 'delete',
    row: {
      name: 'x',
      external_ids: map({ 'neutron:network_name': 'neutron-k', 'neutron:router_name': 'neutron-gone' }),
    },
    looks: [],
  },
  {
    states: 'a gateway on other chassis',
    name: 'LogicalRouterPortGatewayChassisEvent',
    release: '2026.1',
    kind: 'update',
    row: { ...routerPort('one', 'n'), gateway_chassis: ['a'] },
    old: { gateway_chassis: [] },
    looks: ['resource routers r'],
  },
  {
    states: 'a chassis with other mappings',
    name: 'ChassisEvent',
    release: '2026.1',
    kind: 'update',
    row: chassis({ 'ovn-bridge-mappings': 'a:b' }),
    old: chassis({}),
    looks: ['segment-hosts h', 'deployment chassis'],
  },
  {
    states: 'a chassis that becomes a gateway',
    name: 'ChassisEvent',
    release: '2026.1',
    kind: 'update',
    row: chassis({ 'ovn-cms-options': 'enable-chassis-as-gw' }),
    old: chassis({}),
    looks: ['segment-hosts h', 'deployment chassis'],
  },
  {
    states: 'a chassis that beats',
    name: 'ChassisEvent',
    release: '2026.1',
    kind: 'update',
    row: { ...chassis({}), nb_cfg: 2 },
    old: { nb_cfg: 1 },
    looks: [],
  },
  {
    states: 'a gateway that moves',
    name: 'PortBindingChassisEvent',
    release: '2026.1',
    kind: 'update',
    row: { type: 'chassisredirect', logical_port: 'cr-lrp-g', datapath: 'd', chassis: 'c', external_ids: map({}) },
    old: { chassis: undefined },
    looks: ['port-host g'],
  },
  {
    states: 'other marks of a gateway',
    name: 'PortBindingChassisEvent',
    release: '2026.1',
    kind: 'update',
    row: {
      type: 'chassisredirect',
      logical_port: 'cr-lrp-g',
      datapath: 'd',
      chassis: 'c',
      external_ids: map({ a: 'b' }),
    },
    old: { external_ids: map({}) },
    looks: [],
  },
  {
    states: 'a gateway of somebody else',
    name: 'PortBindingChassisEvent',
    release: '2026.1',
    kind: 'update',
    row: { type: 'chassisredirect', logical_port: 'cr-lrp-g', datapath: 'x', chassis: 'c', external_ids: map({}) },
    old: { chassis: undefined },
    looks: [],
  },
  {
    states: 'a port that moves',
    name: 'PortBindingChassisUpdateEvent',
    release: '2026.1',
    kind: 'update',
    row: { logical_port: 'p', type: '', chassis: 'b' },
    old: { chassis: 'a' },
    looks: ['port-status p', 'resource ports p'],
  },
  {
    states: 'a port that migrates',
    name: 'PortBindingChassisUpdateEvent',
    release: '2026.1',
    kind: 'update',
    row: { logical_port: 'p', type: '', chassis: 'a', additional_chassis: ['b'] },
    old: { additional_chassis: [] },
    looks: ['port-status p', 'resource ports p'],
  },
  {
    states: 'a port that has migrated',
    name: 'PortBindingChassisUpdateEvent',
    release: '2026.1',
    kind: 'update',
    row: { logical_port: 'p', type: '', chassis: 'a', additional_chassis: [] },
    old: { additional_chassis: ['b'] },
    looks: [],
  },
  {
    states: 'a port that moves and is down',
    name: 'PortBindingChassisUpdateEvent',
    release: '2026.1',
    kind: 'update',
    row: { logical_port: 'down', type: '', chassis: 'b' },
    old: { chassis: 'a' },
    looks: [],
  },
  {
    states: 'a virtual port that moves',
    name: 'PortBindingUpdateVirtualPortsEvent',
    release: '2026.1',
    kind: 'update',
    row: { logical_port: 'p', type: 'virtual', chassis: 'b', options: map({ 'virtual-parents': 'x' }) },
    old: { chassis: 'a' },
    looks: ['port-host p', 'resource ports p'],
  },
  {
    states: 'a virtual port that loses its parents',
    name: 'PortBindingUpdateVirtualPortsEvent',
    release: '2026.1',
    kind: 'update',
    row: { logical_port: 'p', type: '', options: map({}) },
    old: { options: map({ 'virtual-parents': 'x' }) },
    looks: ['port-host p', 'resource ports p'],
  },
  {
    states: 'a virtual port that goes',
    name: 'PortBindingUpdateVirtualPortsEvent',
    release: '2026.1',
    kind: 'delete',
    row: { logical_port: 'p', type: 'virtual', options: map({}) },
    looks: ['port-host p', 'resource ports p'],
  },
  {
    states: 'another port that goes',
    name: 'PortBindingUpdateVirtualPortsEvent',
    release: '2026.1',
    kind: 'delete',
    row: { logical_port: 'p', type: '', options: map({}) },
    looks: [],
  },
];

function chassis(settings: Readonly<Record<string, string>>): Cells {
  return { name: 'c', hostname: 'h', external_ids: map({}), other_config: map(settings) };
}

describe('the rules of the event classes', () => {
  for (const { states, name, release, kind, row, old, looks } of RULES) {
    it(`${name} ${looks.length > 0 ? 'matches' : 'does not match'} ${states} (${release})`, () => {
      const eventClass = classesOf(release).find((each) => each.name === name);
      assert.ok(eventClass);
      assert.ok(eventClass.kinds.includes(kind));
      const context = contextOf(release, northbound, southbound);
      const event = rowEvent(eventClass.database, eventClass.table, kind, row, old);
      const found = eventClass.matches(event, context) ? eventClass.looks(event, context).map(keyOf) : [];
      assert.deepEqual(found, looks);
    });
  }

  it('are each shown here or beside Neutron itself', () => {
    const shown = new Set([
      ...RULES.map(({ name }) => name),
      'LogicalSwitchPortCreateUpEvent',
      'LogicalSwitchPortCreateDownEvent',
    ]);
    assert.deepEqual(
      EVENT_CLASSES.filter(({ name }) => !shown.has(name)),
      [],
    );
  });

  it('change from release to release as upstream changed its classes', () => {
    const changes = RELEASES.slice(1).map((release, index) => {
      const before = new Set(classesOf(RELEASES[index] as Release).map(({ name }) => name));
      const after = new Set(classesOf(release).map(({ name }) => name));
      return [release, [...after.difference(before)].sort(), [...before.difference(after)].sort()];
    });
    assert.deepEqual(changes, [
      ['2023.1', [], []],
      ['2023.2', [], []],
      [
        '2024.1',
        ['LogicalSwitchPortCreateEvent'],
        ['LogicalSwitchPortCreateDownEvent', 'LogicalSwitchPortCreateUpEvent'],
      ],
      ['2024.2', ['HAChassisGroupRouterEvent', 'LogicalSwitchPortUpdateLogicalRouterPortEvent'], []],
      ['2025.1', [], []],
      ['2025.2', [], []],
      ['2026.1', ['LogicalRouterPortEvent', 'LogicalRouterPortGatewayChassisEvent'], []],
      ['2026.2', ['FIPAddExternalMacEvent', 'RouterHAChassisGroupEvent'], ['LogicalRouterPortGatewayChassisEvent']],
    ]);
  });

  it('belong to releases that exist, and to no class that is left out', () => {
    for (const { name, since = 'zed', until = '2026.2' } of EVENT_CLASSES) {
      assert.ok(isAtLeast(until, since), name);
      assert.equal(name in CLASSES_WITHOUT_ROWS, false);
    }
  });
});
