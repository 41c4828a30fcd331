/**
 * A deployment of every shape, built through the REST API: what the golden folders hold, and some they lack. Small
 * enough for half a minute.
 */

import type { NeutronApi } from './neutron-api.ts';
import type { NeutronLab } from './neutron-lab.ts';
import { populateNetworks } from './populate-networks.ts';
import { populatePolicies } from './populate-policies.ts';
import { populatePorts } from './populate-ports.ts';
import { populateRouters } from './populate-routers.ts';
import { withoutMaintenance } from './without-maintenance.ts';

/** Ids by the name the resource has in Neutron. */
export type Ids = ReadonlyMap<string, string>;

export interface Deployment {
  readonly networks: Ids;
  /** Named `NETWORK-v4`, `NETWORK-v6`. */
  readonly subnets: Ids;
  readonly ports: Ids;
  readonly routers: Ids;
  readonly securityGroups: Ids;
  readonly qosPolicies: Ids;
  readonly addressGroups: Ids;
  readonly floatingIps: readonly string[];
}

/** The hosts of the lab's compute chassis. */
export const computeHosts = ['cmp-1.example.org', 'cmp-2.example.org'] as const;

/** And waits until OVN has it all. */
export async function populate(lab: NeutronLab): Promise<Deployment> {
  const { api } = lab;
  const base = await withoutMaintenance(lab, async () => {
    const policies = await populatePolicies(api);
    return { ...policies, ...(await populateNetworks(api, policies.qosPolicies)) };
  });
  // A subnet raises its network's revision, which the worker brings to OVN. That of 21.0.0 can't any more when a port of
  // the network is external: `update_network` in ovn_client.py asks the switch's name for its external_ids.
  await lab.settle();
  const deployment = await withoutMaintenance(lab, async () => {
    const routers = await populateRouters(api, base);
    const { ports, floatingIps } = await populatePorts(api, base);
    await populateLogs(api, base.securityGroups);
    return { ...base, routers, ports, floatingIps };
  });
  await lab.settle();
  return deployment;
}

async function populateLogs(api: NeutronApi, securityGroups: Ids): Promise<void> {
  const resource_type = 'security_group';
  await api.create('log', { name: 'one', resource_type, resource_id: securityGroups.get('web'), event: 'ALL' });
  await api.create('log', { name: 'every', resource_type, event: 'DROP' });
}
