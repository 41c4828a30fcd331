/** The kinds of resource that can be read one by one: fields of NeutronSnapshot. */
export const RESOURCE_KINDS = [
  'networks',
  'segments',
  'subnets',
  'subnetPools',
  'ports',
  'trunks',
  'securityGroups',
  'securityGroupRules',
  'addressGroups',
  'networkLogs',
  'routers',
  'floatingIps',
  'portForwardings',
  'qosPolicies',
] as const;

export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** Ids by kind, such as: what to read again. A kind that is absent has none. */
export type ResourceSet = { readonly [K in ResourceKind]?: ReadonlySet<string> };

export function countResources(set: ResourceSet): number {
  return RESOURCE_KINDS.reduce((count, kind) => count + (set[kind]?.size ?? 0), 0);
}
