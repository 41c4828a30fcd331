import type { ReplicaRow } from '@driftline/ovsdb';
import type { Look } from '../look.ts';
import { type EventClass, type EventContext, elementsOf, hasChanged, markOf, type RowEvent } from '../row-events.ts';

const networkOf = (row: ReplicaRow | undefined): string | undefined => markOf(row, 'neutron:network_name');
const routerOf = (row: ReplicaRow | undefined): string | undefined => markOf(row, 'neutron:router_name');

/** Of a name as the two marks have it. */
const idIn = (name: string | undefined): string => (name ?? '').replace(/^neutron-/, '');

/** Another port of the router in the same network keeps what the two have with each other. */
function isLastInNetwork({ row }: RowEvent, { northbound }: EventContext): boolean {
  const router = northbound.find('Logical_Router', 'name', routerOf(row) ?? '')[0];
  // The router went with its ports: nothing is left to link.
  if (router === undefined) return false;
  return !elementsOf(router, 'ports')
    .map((uuid) => northbound.get('Logical_Router_Port', uuid))
    .some((port) => port !== undefined && port.name !== row.name && networkOf(port) === networkOf(row));
}

const common = { database: 'OVN_Northbound', table: 'Logical_Router_Port' } as const;

export const LOGICAL_ROUTER_PORT_EVENTS: readonly EventClass[] = [
  {
    ...common,
    name: 'LogicalRouterPortEvent',
    kinds: ['create', 'delete'],
    since: '2026.1',
    matches: (event, context) =>
      networkOf(event.row) !== undefined &&
      routerOf(event.row) !== undefined &&
      (event.kind === 'create' || isLastInNetwork(event, context)),
    // The network's HA chassis group follows the router's.
    looks: ({ row }): readonly Look[] => [
      { at: 'resource', resource: { type: 'networks', id: idIn(networkOf(row)) } },
      { at: 'resource', resource: { type: 'routers', id: idIn(routerOf(row)) } },
    ],
  },
  {
    ...common,
    name: 'LogicalRouterPortGatewayChassisEvent',
    kinds: ['update'],
    since: '2026.1',
    until: '2026.1',
    matches: (event) => routerOf(event.row) !== undefined && hasChanged(event, 'gateway_chassis'),
    looks: ({ row }) => [{ at: 'resource', resource: { type: 'routers', id: idIn(routerOf(row)) } }],
  },
];
