import type { ReplicaRow } from '@driftline/ovsdb';
import { type Features, featuresOf } from '../neutron/features.ts';
import type { Release } from '../neutron/release-name.ts';
import type { Chassis } from './chassis.ts';

/** The Southbound's tables and columns that `readChassis` reads. */
export const WATCHED_SOUTHBOUND = { Chassis: ['name', 'hostname', 'external_ids', 'other_config'] } as const;

/** What `readChassis` needs of a replica of the Southbound. */
export interface ChassisSource {
  table(name: 'Chassis'): { readonly rows: ReadonlyMap<string, ReplicaRow> };
}

/**
 * The chassis as a release of Neutron sees them, by name. Neutron schedules on every chassis there is: whether its
 * agent is alive (Chassis_Private) it asks only when it binds a port.
 */
export function readChassis(replica: ChassisSource, release: Release): readonly Chassis[] {
  const features = featuresOf(release);
  const chassis = [...replica.table('Chassis').rows.values()].map((row) => chassisOf(row, features));
  return chassis.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function chassisOf(row: ReplicaRow, features: Features): Chassis {
  const settings = settingsOf(row, features);
  const options = listOf(settings('ovn-cms-options'), ',');
  return {
    name: String(row.name),
    hostname: String(row.hostname),
    physicalNetworks: physicalNetworksOf(settings('ovn-bridge-mappings')),
    isGateway: options.includes('enable-chassis-as-gw'),
    isExternalPortHost: options.includes('enable-chassis-as-extport-host'),
    availabilityZones: zonesOf(options),
    cardSerialNumbers: options.flatMap((option) => afterPrefix(option, 'card-serial-number=')),
    datapathType: settings('datapath-type'),
  };
}

/**
 * ovn-controller writes its settings to both columns. Neutron reads `external_ids` in the first version of Zed, and
 * `other_config` since, as far as the schema has it.
 */
function settingsOf(row: ReplicaRow, features: Features): (key: string) => string {
  const { other_config: newer, external_ids: older } = row;
  const maps = [newer, features.has('chassisOtherConfig') && newer !== undefined ? undefined : older];
  return (key) => {
    for (const map of maps) {
      const value = map instanceof Map ? map.get(key) : undefined;
      if (value !== undefined) return String(value);
    }
    return '';
  };
}

/** `physnet1:br-ex,physnet2:br-two`. Neutron refuses the whole text for one bad mapping; here the others count. */
const physicalNetworksOf = (mappings: string): readonly string[] => [
  ...new Set(
    listOf(mappings, ',').flatMap((mapping) => {
      const [network = '', bridge = '', ...more] = mapping.split(':').map((part) => part.trim());
      return network === '' || bridge === '' || more.length > 0 ? [] : [network];
    }),
  ),
];

/** Of `availability-zones=a:b`; the first such option counts, and of it what stands before another `=`. */
function zonesOf(options: readonly string[]): readonly string[] {
  const option = options.find((each) => each.startsWith('availability-zones='));
  return [...new Set(listOf(option?.split('=')[1] ?? '', ':'))];
}

const afterPrefix = (option: string, prefix: string): readonly string[] =>
  option.startsWith(prefix) ? [option.slice(prefix.length)] : [];

const listOf = (text: string, separator: string): readonly string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
