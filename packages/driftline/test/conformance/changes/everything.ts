/**
 * changes/: what the second round does to the deployment of `populate`: updates and deletions of every kind of
 * resource, one after the other, as a list of steps.
 */
import type { NeutronLab } from '../../lab/neutron-lab.ts';
import type { Deployment } from '../../lab/populate.ts';
import { withoutMaintenance } from '../../lab/without-maintenance.ts';
import { deletions } from './deletions.ts';
import { networkChanges, subnetChanges } from './networks.ts';
import { policyChanges, trunkAndLogChanges } from './policies.ts';
import { portChanges } from './ports.ts';
import { floatingIpChanges, routerChanges } from './routers.ts';
import { securityChanges } from './security.ts';
import type { Step } from './step.ts';

export const everyChange: readonly Step[] = [
  ...networkChanges,
  ...subnetChanges,
  ...portChanges,
  ...securityChanges,
  ...routerChanges,
  ...floatingIpChanges,
  ...policyChanges,
  ...trunkAndLogChanges,
  ...deletions,
];

export function changeEverything(lab: NeutronLab, deployment: Deployment): Promise<void> {
  return withoutMaintenance(lab, async () => {
    for (const { name, run } of everyChange) {
      await run(lab.api, deployment).catch((cause: unknown) => {
        throw new Error(`could not ${name}`, { cause });
      });
    }
  });
}
