import type { RevisedType } from '../neutron/model/revision.ts';
import { REVISED_TYPES } from '../neutron/model/revision.ts';
import type { RevisionEntry, RevisionKey } from '../neutron/revisions.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import type { Verdict } from './judge.ts';

/** What `ovn_revision_numbers` does not say yet. */
export interface Unnoted {
  /** OVN holds what SQL says of them, though a lower revision is noted. */
  readonly written: readonly RevisionEntry[];
  /** Neutron has deleted them, OVN holds nothing of them, and they are noted still. */
  readonly gone: readonly RevisionKey[];
}

/**
 * Neutron raises some revisions without writing to OVN (of a security group when a rule comes or goes, of a subnet
 * without DHCP), and leaves the note to the worker that has the maintenance lock. Known by content: what has no drift
 * is written. The snapshot must be a whole one, for only that has read every note.
 * @param isStill Neutron has not changed the resource for a while
 */
export function findUnnoted(verdict: Verdict, isStill: (resource: ResourceRef) => boolean): Unnoted {
  const nameOf = ({ type, id }: ResourceRef): string => `${type} ${id}`;
  const open = new Set(verdict.faults.map(({ resource }) => nameOf(resource)));
  for (const { resource, unit } of verdict.drift) open.add(nameOf(resource)).add(nameOf(unit));
  const written: RevisionEntry[] = [];
  const gone: RevisionKey[] = [];
  for (const row of verdict.snapshot.revisions) {
    const { resourceType, resourceUuid } = row;
    if (!isRevisedType(resourceType)) continue;
    const resource = { type: resourceType, id: resourceUuid };
    const present = verdict.facts.revisionOf(resource);
    if (present === undefined || open.has(nameOf(resource)) || !isStill(resource)) continue;
    const { standardAttrId, revision } = present;
    if (standardAttrId === undefined) {
      if (row.standardAttrId === undefined) gone.push({ resourceType, resourceUuid });
    } else if (row.standardAttrId === standardAttrId && row.revisionNumber < revision) {
      written.push({ resourceType, resourceUuid, standardAttrId, revision });
    }
  }
  return { written, gone };
}

const isRevisedType = (type: string): type is RevisedType => (REVISED_TYPES as readonly string[]).includes(type);
