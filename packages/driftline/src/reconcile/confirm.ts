import type { Change } from '../diff/change.ts';
import type { ResourceKind, ResourceSet } from '../neutron/model/resource-set.ts';
import type { RevisedType } from '../neutron/model/revision.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import type { ResourceFacts } from './resource-facts.ts';

/** What has to be read again before these changes may be made (law 6). */
export function resourcesOf(changes: readonly Change[]): ResourceSet {
  const wanted: { [K in ResourceKind]?: Set<string> } = {};
  for (const ref of changes.flatMap(({ resource, unit }) => [resource, unit])) {
    if (ref.type === 'deployment') continue;
    const kind = KINDS[ref.type];
    const ids = wanted[kind];
    if (ids === undefined) wanted[kind] = new Set([ref.id]);
    else ids.add(ref.id);
  }
  return wanted;
}

const KINDS: Readonly<Record<RevisedType, ResourceKind>> = {
  networks: 'networks',
  subnets: 'subnets',
  ports: 'ports',
  router_ports: 'ports',
  routers: 'routers',
  floatingips: 'floatingIps',
  security_groups: 'securityGroups',
  security_group_rules: 'securityGroupRules',
  address_groups: 'addressGroups',
};

/**
 * Changes of resources whose present revision Neutron has not noted as written to OVN. It may be at it; and of what it
 * deletes it takes the note away before the resource itself (a rule's ACL goes before the rule does).
 * The snapshot must have read the resources of these changes just now.
 */
export function unfinished(
  changes: readonly Change[],
  snapshot: NeutronSnapshot,
  facts: ResourceFacts,
): ReadonlySet<Change> {
  const uuids = new Set(changes.map(({ resource }) => resource.id));
  const noted = new Map<string, number>();
  for (const { resourceType, resourceUuid, revisionNumber } of snapshot.revisions) {
    if (uuids.has(resourceUuid)) noted.set(`${resourceType} ${resourceUuid}`, revisionNumber);
  }
  const isNoted = (ref: ResourceRef): boolean => {
    const present = facts.revisionOf(ref);
    // What has no revision, and what is gone, has nothing to be noted.
    if (present === undefined || present.standardAttrId === undefined) return true;
    return noted.get(`${ref.type} ${ref.id}`) === present.revision;
  };
  return new Set(changes.filter(({ resource }) => !isNoted(resource)));
}
