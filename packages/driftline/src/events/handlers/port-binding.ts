import { isSameValue, type ReplicaRow } from '@driftline/ovsdb';
import {
  type EventClass,
  type EventContext,
  elementsOf,
  hasChanged,
  markOf,
  type RowEvent,
  valueAt,
} from '../row-events.ts';

const common = { database: 'OVN_Southbound', table: 'Port_Binding' } as const;

/** Of the row's own change; upstream sees in the old row what changed. */
const isOnlyExternalIds = ({ row, old }: RowEvent): boolean =>
  old !== undefined &&
  Object.keys(row).every((column) => column === 'external_ids' || isSameValue(row[column], old[column]));

/** ovn-northd names the port after the router's; whose the router is, its datapath tells. */
function gatewayPortOf(row: ReplicaRow, { southbound }: EventContext): string | undefined {
  const router = markOf(southbound.get('Datapath_Binding', String(row.datapath)), 'name');
  const [, portId] = /^cr-lrp-(.+)$/.exec(String(row.logical_port)) ?? [];
  return router?.startsWith('neutron-') === true ? portId : undefined;
}

/** From one chassis to another, or on a second one while it migrates. */
function hasMoved(event: RowEvent): boolean {
  const { row, old } = event;
  const hasLeft = row.chassis !== undefined && old?.chassis !== undefined && hasChanged(event, 'chassis');
  return hasLeft || (elementsOf(row, 'additional_chassis').length > 0 && hasChanged(event, 'additional_chassis'));
}

function switchPortOf(row: ReplicaRow, { northbound }: EventContext): ReplicaRow | undefined {
  const port = northbound.find('Logical_Switch_Port', 'name', String(row.logical_port))[0];
  return port === undefined || markOf(port, 'neutron:port_name') === undefined ? undefined : port;
}

const parentsOf = (row: ReplicaRow | undefined): string | undefined => valueAt(row, 'options', 'virtual-parents');

export const PORT_BINDING_EVENTS: readonly EventClass[] = [
  {
    ...common,
    name: 'PortBindingChassisEvent',
    kinds: ['update'],
    isForAnyRow: true,
    // ovn-northd makes these rows and copies the marks of the router's port to them.
    matches: (event, context) =>
      event.row.type === 'chassisredirect' &&
      !isOnlyExternalIds(event) &&
      gatewayPortOf(event.row, context) !== undefined,
    looks: ({ row }, context) => [{ at: 'port-host', portId: gatewayPortOf(row, context) ?? '' }],
  },
  {
    ...common,
    name: 'PortBindingChassisUpdateEvent',
    kinds: ['update'],
    matches: (event, context) =>
      event.row.type !== 'chassisredirect' && hasMoved(event) && switchPortOf(event.row, context)?.up === true,
    looks: ({ row }) => [
      { at: 'port-status', portId: String(row.logical_port) },
      { at: 'resource', resource: { type: 'ports', id: String(row.logical_port) } },
    ],
  },
  {
    ...common,
    name: 'PortBindingUpdateVirtualPortsEvent',
    kinds: ['update', 'delete'],
    isForAnyRow: true,
    matches: (event) => {
      const { row, old, kind } = event;
      if (kind === 'delete') return row.type === 'virtual';
      if (parentsOf(row) !== parentsOf(old)) return true;
      return parentsOf(row) !== undefined && hasChanged(event, 'chassis');
    },
    looks: ({ row }) => [
      { at: 'port-host', portId: String(row.logical_port) },
      { at: 'resource', resource: { type: 'ports', id: String(row.logical_port) } },
    ],
  },
];
