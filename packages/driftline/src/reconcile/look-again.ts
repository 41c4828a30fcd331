import type { Change } from '../diff/change.ts';
import { featuresOf } from '../neutron/features.ts';
import { countResources, RESOURCE_KINDS, type ResourceKind, type ResourceSet } from '../neutron/model/resource-set.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import { readChanges } from '../neutron/read-changes.ts';
import { readResources } from '../neutron/read-resources.ts';
import { resourcesOf } from './confirm.ts';
import type { Deployment } from './deployment.ts';

/** With more to read again, SQL is read as a whole. */
export const READ_ONE_BY_ONE = 1000;

/**
 * Neutron again, shortly after `before` was read: what Neutron has changed since, and the resources that these changes
 * serve (law 6). What is neither is as it was, by its revision, and is not read.
 */
export async function readAgain(
  deployment: Deployment,
  before: NeutronSnapshot,
  changes: readonly Change[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<NeutronSnapshot> {
  // Of private VLANs neither networks nor ports get a new revision.
  if (featuresOf(before.release).has('pvlan')) return deployment.readSnapshot(options);
  const atIssue = resourcesOf(changes);
  if (countResources(atIssue) > READ_ONE_BY_ONE) return deployment.readSnapshot(options);
  const { neutron } = deployment;
  const again = union(atIssue, await readChanges(neutron, before, options));
  if (countResources(again) > READ_ONE_BY_ONE) return deployment.readSnapshot(options);
  return readResources(neutron, before, again, options);
}

function union(a: ResourceSet, b: ResourceSet): ResourceSet {
  const both: { [K in ResourceKind]?: ReadonlySet<string> } = {};
  for (const kind of RESOURCE_KINDS) both[kind] = new Set([...(a[kind] ?? []), ...(b[kind] ?? [])]);
  return both;
}
