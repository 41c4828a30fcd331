import type { GoldenRelease } from '../lab/golden.ts';

/**
 * Differences in the golden deployments that are Neutron's own fault: it wrote something else than its own logic says.
 * Each names where upstream goes wrong.
 */
export interface NeutronFault {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  readonly mapKey?: string;
  readonly found: unknown;
  readonly wanted: unknown;
  /** The upstream source or bug that proves it. */
  readonly proof: string;
}

export const NEUTRON_FAULTS: Readonly<Record<GoldenRelease, readonly NeutronFault[]>> = {
  zed: [
    {
      table: 'Logical_Switch',
      key: 'neutron-c0e62e82-1dd4-47b0-9f30-0777c4e0f2cc',
      column: 'external_ids',
      mapKey: 'neutron:revision_number',
      found: '1',
      wanted: '2',
      proof:
        'LP#2000634: update_network in ovn_client.py of 21.0.0 reads external_ids of a string, so it always fails on a network with external ports, and this one has a port of vnic_type direct; fixed upstream by 5e19eaadbb',
    },
  ],
  '2026.1': [],
  '2026.2-dev': [],
  'zed-6000': [],
};
