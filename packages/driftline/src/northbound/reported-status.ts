import { featuresOf } from '../neutron/features.ts';
import type { ReportedStatus } from '../neutron/port-status.ts';
import type { Release } from '../neutron/release-name.ts';
import type { Cells } from './observed.ts';

/**
 * What a Logical_Switch_Port says of the status of its port; undefined: no port of Neutron's, or one on which versions of
 * the release differ.
 */
export function reportedStatus(row: Cells | undefined, release: Release): ReportedStatus | undefined {
  if (!(row?.external_ids instanceof Map) || !row.external_ids.has('neutron:port_name')) return undefined;
  if (row.up !== true) return 'DOWN';
  if (row.enabled !== false) return 'ACTIVE';
  const features = featuresOf(release);
  if (features.maybe('disabledPortsAreDown')) return undefined;
  return features.has('disabledPortsAreDown') ? 'DOWN' : 'ACTIVE';
}
