import type { Look } from '../look.ts';
import { type EventClass, hasChanged, markOf, type RowEvent } from '../row-events.ts';

/** A network's group may carry the router's id as well; it is the router's own that places the router. */
const isRoutersGroup = (event: RowEvent): boolean =>
  (markOf(event.row, 'neutron:router_id') ?? '') !== '' &&
  markOf(event.row, 'neutron:network_id') === undefined &&
  hasChanged(event, 'ha_chassis');

const lookAtRouter = ({ row }: RowEvent): readonly Look[] => [
  { at: 'resource', resource: { type: 'routers', id: markOf(row, 'neutron:router_id') ?? '' } },
];

const common = {
  database: 'OVN_Northbound',
  table: 'HA_Chassis_Group',
  kinds: ['update'],
  matches: isRoutersGroup,
  looks: lookAtRouter,
} as const;

export const HA_CHASSIS_GROUP_EVENTS: readonly EventClass[] = [
  // Until 2025.2 upstream matches each group that changes, and fails with a KeyError on those of networks.
  { ...common, name: 'HAChassisGroupRouterEvent', since: '2024.2' },
  { ...common, name: 'RouterHAChassisGroupEvent', since: '2026.2' },
];
