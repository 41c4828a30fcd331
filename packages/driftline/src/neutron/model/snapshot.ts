import type { Release } from '../release-name.ts';
import type { Network, Segment, Subnet, SubnetPool } from './network.ts';
import type { Port, Trunk } from './port.ts';
import type { QosPolicy } from './qos.ts';
import type { Agent, HashRingNode, OvnRevision } from './revision.ts';
import type { FloatingIp, PortForwarding, Router } from './router.ts';
import type { AddressGroup, NetworkLog, SecurityGroup, SecurityGroupRule } from './security.ts';

/**
 * Neutron at one moment: everything that translation needs, from one read-only, repeatable-read transaction.
 * Maps are keyed by resource id and iterate in id order, so that equal databases give equal snapshots.
 */
export interface NeutronSnapshot {
  /** Detected from `alembic_version` and the columns, or forced by configuration. */
  readonly release: Release;
  /** When the transaction began, by this machine's clock, UTC milliseconds. */
  readonly readAtMs: number;
  readonly networks: ReadonlyMap<string, Network>;
  readonly segments: ReadonlyMap<string, Segment>;
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly subnetPools: ReadonlyMap<string, SubnetPool>;
  readonly ports: ReadonlyMap<string, Port>;
  readonly trunks: ReadonlyMap<string, Trunk>;
  readonly securityGroups: ReadonlyMap<string, SecurityGroup>;
  readonly securityGroupRules: ReadonlyMap<string, SecurityGroupRule>;
  readonly addressGroups: ReadonlyMap<string, AddressGroup>;
  readonly networkLogs: ReadonlyMap<string, NetworkLog>;
  readonly routers: ReadonlyMap<string, Router>;
  readonly floatingIps: ReadonlyMap<string, FloatingIp>;
  readonly portForwardings: ReadonlyMap<string, PortForwarding>;
  readonly qosPolicies: ReadonlyMap<string, QosPolicy>;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly revisions: readonly OvnRevision[];
  readonly hashRing: readonly HashRingNode[];
}
