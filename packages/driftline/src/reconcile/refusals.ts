import { looksEmpty } from '../neutron/looks-empty.ts';
import { proveOwnership } from '../northbound/ownership.ts';
import type { LimitFinding } from '../plan/limits.ts';
import type { Deployment } from './deployment.ts';
import type { Verdict } from './judge.ts';

/** Why a verdict must not be acted on, or even believed (law 9). */
export function refusalsOf(verdict: Verdict, deployment: Deployment): readonly LimitFinding[] {
  const findings: LimitFinding[] = [];
  if (looksEmpty(verdict.snapshot) && verdict.counts.ownedRows > 0) {
    findings.push({
      limit: 'empty-snapshot',
      message: `Neutron's database (${deployment.neutron.description}) reads as empty, but OVN holds ${verdict.counts.ownedRows} of its rows: is it the right database, and was it restored whole?`,
    });
  }
  if (deployment.found.beyondKnown) {
    findings.push({
      limit: 'unknown-release',
      message: `Neutron's database was migrated beyond what this driftline knows (${deployment.found.expandHead}): reading only; upgrade driftline`,
    });
  }
  return findings;
}

/** How many router ports of Neutron's are scheduled on chassis, those that nothing wants any more among them. */
export function countScheduledGateways({ observed, pairing }: Verdict): number {
  return observed.rows('Logical_Router_Port').filter((row) => {
    const isScheduled = [row.cells.gateway_chassis, row.cells.ha_chassis_group].some(
      (cell) => typeof cell === 'string' || (Array.isArray(cell) && cell.length > 0),
    );
    return isScheduled && (pairing.desiredOf(row.uuid) !== undefined || proveOwnership(row, observed).is === 'owned');
  }).length;
}
