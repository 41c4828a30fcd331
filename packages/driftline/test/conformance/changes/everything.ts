/**
 * changes/: what the second round does to the deployment of `populate`: updates and deletions of every kind of
 * resource, one after the other, as a list of steps.
 */
import { OvsdbClient } from '@driftline/ovsdb';
import { MAINTENANCE_LOCK } from '../../../src/northbound/session.ts';
import type { NeutronLab } from '../../lab/neutron-lab.ts';
import type { Deployment } from '../../lab/populate.ts';
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

/**
 * With Neutron's maintenance worker kept waiting. That of 21.0.0 takes what an API worker is just writing for
 * inconsistent once the resource is older than a minute (`get_inconsistent_resources` asks when it was created, not
 * changed), and writes it too: a router's snat rows twice, a deleted network's switch anew. In the wild it looks every
 * five minutes, in the lab every five seconds.
 */
export async function changeEverything({ api, ovn }: NeutronLab, deployment: Deployment): Promise<void> {
  await using other = await OvsdbClient.connect({
    endpoints: ovn.northbound.endpoint,
    database: 'OVN_Northbound',
    tables: {},
    lock: MAINTENANCE_LOCK,
  });
  await other.stealLock();
  for (const { name, run } of everyChange) {
    await run(api, deployment).catch((cause: unknown) => {
      throw new Error(`could not ${name}`, { cause });
    });
  }
}
