/**
 * A deployment of every shape, built through the REST API: what the golden folders hold, and some they lack. Small
 * enough for half a minute.
 */

import type { NeutronApi } from './neutron-api.ts';
import { populateNetworks } from './populate-networks.ts';
import { populatePolicies } from './populate-policies.ts';
import { populatePorts } from './populate-ports.ts';
import { populateRouters } from './populate-routers.ts';

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

export async function populate(api: NeutronApi): Promise<Deployment> {
  const policies = await populatePolicies(api);
  const { networks, subnets } = await populateNetworks(api, policies.qosPolicies);
  const routers = await populateRouters(api, { networks, subnets, qosPolicies: policies.qosPolicies });
  const { ports, floatingIps } = await populatePorts(api, { ...policies, networks, subnets });
  await populateLogs(api, policies.securityGroups);
  return { ...policies, networks, subnets, routers, ports, floatingIps };
}

async function populateLogs(api: NeutronApi, securityGroups: Ids): Promise<void> {
  const resource_type = 'security_group';
  await api.create('log', { name: 'one', resource_type, resource_id: securityGroups.get('web'), event: 'ALL' });
  await api.create('log', { name: 'every', resource_type, event: 'DROP' });
}
