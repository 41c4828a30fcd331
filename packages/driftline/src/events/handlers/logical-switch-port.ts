import type { ReplicaRow } from '@driftline/ovsdb';
import { featuresOf } from '../../neutron/features.ts';
import type { Release } from '../../neutron/release-name.ts';
import { logicalRouterPortName } from '../../translate/names.ts';
import type { Look } from '../look.ts';
import { type EventClass, hasChanged, markOf, type RowEvent } from '../row-events.ts';

/** neutron_lib's ROUTER_INTERFACE_OWNERS. */
const INTERFACE_OWNERS: ReadonlySet<string> = new Set([
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
]);

/** Before 2026.2 upstream's classes match the ports of everybody, and look them up in Neutron in vain. */
const isNeutrons = (row: ReplicaRow): boolean => markOf(row, 'neutron:port_name') !== undefined;

/** What upstream calls up: until `enabled` counted, `up` alone. In releases of which some versions count it, both do. */
function isUp(row: ReplicaRow, release: Release): boolean {
  return row.up === true && (!featuresOf(release).has('disabledPortsAreDown') || row.enabled !== false);
}

const mayBeDisabled = (release: Release): boolean => {
  const features = featuresOf(release);
  return features.has('disabledPortsAreDown') || features.maybe('disabledPortsAreDown');
};

const isWatched = (event: RowEvent, release: Release): boolean =>
  hasChanged(event, 'up') || (mayBeDisabled(release) && hasChanged(event, 'enabled'));

const common = { database: 'OVN_Northbound', table: 'Logical_Switch_Port' } as const;
const statusLook = ({ row }: RowEvent): readonly Look[] => [{ at: 'port-status', portId: String(row.name) }];

export const LOGICAL_SWITCH_PORT_EVENTS: readonly EventClass[] = [
  {
    ...common,
    name: 'LogicalSwitchPortCreateUpEvent',
    kinds: ['create'],
    until: '2023.2',
    matches: ({ row }) => isNeutrons(row) && row.up === true,
    looks: statusLook,
  },
  {
    ...common,
    name: 'LogicalSwitchPortCreateDownEvent',
    kinds: ['create'],
    until: '2023.2',
    matches: ({ row }) => isNeutrons(row) && row.up === false,
    looks: statusLook,
  },
  {
    ...common,
    name: 'LogicalSwitchPortCreateEvent',
    kinds: ['create'],
    since: '2024.1',
    matches: ({ row }) => isNeutrons(row),
    looks: statusLook,
  },
  {
    ...common,
    name: 'LogicalSwitchPortUpdateUpEvent',
    kinds: ['update'],
    matches: (event, { release }) => isNeutrons(event.row) && isUp(event.row, release) && isWatched(event, release),
    looks: statusLook,
  },
  {
    ...common,
    name: 'LogicalSwitchPortUpdateDownEvent',
    kinds: ['update'],
    matches: (event, { release }) =>
      isNeutrons(event.row) &&
      (event.row.up !== true || (mayBeDisabled(release) && event.row.enabled === false)) &&
      isWatched(event, release),
    looks: statusLook,
  },
  {
    ...common,
    name: 'LogicalSwitchPortUpdateLogicalRouterPortEvent',
    kinds: ['update'],
    since: '2024.2',
    // Upstream asks SQL for the router's flavor with each event; the engine knows it when it looks.
    matches: ({ row }, { northbound }) =>
      isNeutrons(row) &&
      markOf(row, 'neutron:device_id') !== undefined &&
      INTERFACE_OWNERS.has(markOf(row, 'neutron:device_owner') ?? '') &&
      northbound.find('Logical_Router_Port', 'name', logicalRouterPortName(String(row.name)))[0] !== undefined,
    looks: ({ row }) => [{ at: 'resource', resource: { type: 'router_ports', id: String(row.name) } }],
  },
];
