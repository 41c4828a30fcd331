import type { ReplicaRow } from '@driftline/ovsdb';
import type { Release } from '../../neutron/release-name.ts';
import type { Chassis } from '../../southbound/chassis.ts';
import { readChassis } from '../../southbound/read-chassis.ts';
import { type EventClass, type RowEvent, valueAt } from '../row-events.ts';

/** ovn-controller writes its settings to either column, or to both; releases of Neutron read either. */
const SETTINGS = ['other_config', 'external_ids'] as const;

function matters(event: RowEvent, release: Release): boolean {
  const { row, old } = event;
  if (old === undefined) return true;
  const hasOtherMappings = SETTINGS.some(
    (column) => valueAt(row, column, 'ovn-bridge-mappings') !== valueAt(old, column, 'ovn-bridge-mappings'),
  );
  return hasOtherMappings || roleOf(row, release) !== roleOf(old, release);
}

/** As text: whether it is a gateway, and in which availability zones. */
function roleOf(row: ReplicaRow, release: Release): string {
  const { isGateway, availabilityZones } = chassisOf(row, release);
  return JSON.stringify([isGateway, availabilityZones.toSorted()]);
}

function chassisOf(row: ReplicaRow, release: Release): Chassis {
  const [chassis] = readChassis({ table: () => ({ rows: new Map([[row._uuid, row]]) }) }, release);
  if (chassis === undefined) throw new Error(`row ${row._uuid} is no chassis`);
  return chassis;
}

export const CHASSIS_EVENTS: readonly EventClass[] = [
  {
    name: 'ChassisEvent',
    database: 'OVN_Southbound',
    table: 'Chassis',
    kinds: ['create', 'update', 'delete'],
    matches: (event, { release }) => matters(event, release),
    // Gateways and HA chassis groups are scheduled anew wherever the chassis is, or could be.
    looks: ({ row }) => [
      { at: 'segment-hosts', host: String(row.hostname) },
      { at: 'deployment', why: 'chassis' },
    ],
  },
];
