/** The resource types of `ovn_revision_numbers.resource_type`. */
export const REVISED_TYPES = [
  'networks',
  'subnets',
  'ports',
  'router_ports',
  'routers',
  'floatingips',
  'security_groups',
  'security_group_rules',
  'address_groups',
] as const;
export type RevisedType = (typeof REVISED_TYPES)[number];

/** A row of `ovn_revision_numbers`. Key: (resourceUuid, resourceType). */
export interface OvnRevision {
  readonly resourceUuid: string;
  readonly resourceType: string;
  /** undefined: Neutron deleted the resource. */
  readonly standardAttrId: number | undefined;
  /** -1: never written to OVN. */
  readonly revisionNumber: number;
  readonly createdAtMs: number | undefined;
  readonly updatedAtMs: number | undefined;
}

/** A row of `ovn_hash_ring`. */
export interface HashRingNode {
  readonly nodeUuid: string;
  readonly groupName: string;
  readonly hostname: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** A row of `agents`. */
export interface Agent {
  readonly id: string;
  readonly agentType: string;
  readonly host: string;
  readonly adminStateUp: boolean;
  readonly availabilityZone: string | undefined;
}
