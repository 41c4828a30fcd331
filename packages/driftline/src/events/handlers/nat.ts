import type { ReplicaRow } from '@driftline/ovsdb';
import { type EventClass, elementsOf, markOf } from '../row-events.ts';

const isFloatingIp = (row: ReplicaRow): boolean =>
  row.type === 'dnat_and_snat' && markOf(row, 'neutron:fip_id') !== undefined;

const common = { database: 'OVN_Northbound', table: 'NAT' } as const;

export const NAT_EVENTS: readonly EventClass[] = [
  {
    ...common,
    // Before 2026.2 also for the rows of others.
    name: 'FIPAddDeleteEvent',
    kinds: ['create', 'delete'],
    isOfTheMoment: true,
    matches: ({ row }) => isFloatingIp(row),
    looks: ({ row }) => [{ at: 'mac-bindings', ip: String(row.external_ip) }],
  },
  {
    ...common,
    name: 'FIPAddExternalMacEvent',
    kinds: ['create'],
    since: '2026.2',
    // Whether floating IPs are distributed is configuration, which the engine reads.
    matches: ({ row }) =>
      isFloatingIp(row) &&
      markOf(row, 'neutron:fip_external_mac') !== undefined &&
      elementsOf(row, 'logical_port').length > 0,
    looks: ({ row }) => [
      { at: 'resource', resource: { type: 'floatingips', id: markOf(row, 'neutron:fip_id') ?? '' } },
    ],
  },
];
