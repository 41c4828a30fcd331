import type { ReadTransaction } from './connect.ts';
import type { ResourceKind } from './model/resource-set.ts';
import type { NeutronSnapshot } from './model/snapshot.ts';
import { readFloatingIps, readPortForwardings } from './queries/floating-ips.ts';
import { readNetworks, readSegments } from './queries/networks.ts';
import { readPorts } from './queries/ports.ts';
import { readQosPolicies } from './queries/qos.ts';
import { readRouters } from './queries/routers.ts';
import { readAddressGroups, readNetworkLogs, readSecurityGroupRules, readSecurityGroups } from './queries/security.ts';
import { readSubnetPools, readSubnets } from './queries/subnets.ts';
import { readTrunks } from './queries/trunks.ts';
import type { TableName } from './tables.ts';

/** The kind's main table, which is also what `standardattributes.resource_type` says. */
export const resourceTables = {
  networks: 'networks',
  segments: 'networksegments',
  subnets: 'subnets',
  subnetPools: 'subnetpools',
  ports: 'ports',
  trunks: 'trunks',
  securityGroups: 'securitygroups',
  securityGroupRules: 'securitygrouprules',
  addressGroups: 'address_groups',
  networkLogs: 'logs',
  routers: 'routers',
  floatingIps: 'floatingips',
  portForwardings: 'portforwardings',
  qosPolicies: 'qos_policies',
} as const satisfies Record<ResourceKind, TableName>;

type Reader<K extends ResourceKind> = (
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
) => Promise<NeutronSnapshot[K]>;

/** Each reads all of its kind, or those of the ids that exist, with the rows of all tables that describe them. */
export const resourceReaders: { readonly [K in ResourceKind]: Reader<K> } = {
  networks: readNetworks,
  segments: readSegments,
  subnets: readSubnets,
  subnetPools: readSubnetPools,
  ports: readPorts,
  trunks: readTrunks,
  securityGroups: readSecurityGroups,
  securityGroupRules: readSecurityGroupRules,
  addressGroups: readAddressGroups,
  networkLogs: readNetworkLogs,
  routers: readRouters,
  floatingIps: readFloatingIps,
  portForwardings: readPortForwardings,
  qosPolicies: readQosPolicies,
};
