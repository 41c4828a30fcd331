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
  zed: [],
  '2026.1': [],
  '2026.2-dev': [],
  'zed-6000': [],
};
