import { resourcesOfType } from '../consistency/noted.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import type { Resource } from '../neutron/model/standard-attributes.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import type { RevisionEntry } from '../plan/plan.ts';

/** What SQL tells of a resource beside its own fields. */
export interface ResourceFacts {
  of(resource: ResourceRef): ResourceFact | undefined;
  /** When Neutron last wrote the resource's rows to OVN, as far as `ovn_revision_numbers` tells. */
  writtenAtMs(resource: ResourceRef): number | undefined;
  /** What `ovn_revision_numbers` may say after the resource's rows were repaired; undefined: it has nothing of it. */
  revisionOf(resource: ResourceRef): RevisionEntry | undefined;
}

export interface ResourceFact {
  /** '' where the resource has none. */
  readonly name: string;
  readonly projectId: string;
  readonly createdAtMs: number | undefined;
  readonly updatedAtMs: number | undefined;
}

export function resourceFactsOf(snapshot: NeutronSnapshot): ResourceFacts {
  let written: Map<string, number> | undefined;
  const writtenTimes = (): Map<string, number> => {
    if (written === undefined) {
      written = new Map();
      for (const row of snapshot.revisions) {
        const at = row.updatedAtMs ?? row.createdAtMs;
        if (at !== undefined) written.set(`${row.resourceType} ${row.resourceUuid}`, at);
      }
    }
    return written;
  };
  return {
    of: (ref) => {
      const resource = find(snapshot, ref);
      if (resource === undefined) return undefined;
      const { attributes, projectId } = resource;
      const name = 'name' in resource ? String(resource.name) : '';
      return { name, projectId, createdAtMs: attributes.createdAtMs, updatedAtMs: attributes.updatedAtMs };
    },
    writtenAtMs: (ref) => writtenTimes().get(`${ref.type} ${ref.id}`) ?? find(snapshot, ref)?.attributes.createdAtMs,
    revisionOf: (ref) => {
      if (ref.type === 'deployment') return undefined;
      const resource = find(snapshot, ref);
      if (resource === undefined) return { resource: ref, standardAttrId: undefined, revision: -1 };
      if (resourcesOfType(ref.type, snapshot).get(ref.id)?.noting === 'never') return undefined;
      const { id, revision } = resource.attributes;
      return { resource: ref, standardAttrId: id, revision };
    },
  };
}

function find(snapshot: NeutronSnapshot, ref: ResourceRef): Resource | undefined {
  const { id } = ref;
  switch (ref.type) {
    case 'networks':
      return snapshot.networks.get(id);
    case 'subnets':
      return snapshot.subnets.get(id);
    case 'ports':
    case 'router_ports':
      return snapshot.ports.get(id);
    case 'routers':
      return snapshot.routers.get(id);
    case 'floatingips':
      return snapshot.floatingIps.get(id);
    case 'security_groups':
      return snapshot.securityGroups.get(id);
    case 'security_group_rules':
      return snapshot.securityGroupRules.get(id);
    case 'address_groups':
      return snapshot.addressGroups.get(id);
    case 'deployment':
      return undefined;
    default:
      ref.type satisfies never;
      return undefined;
  }
}
