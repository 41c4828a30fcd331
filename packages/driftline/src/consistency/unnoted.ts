import type { LostRevision, RevisionEntry } from '../neutron/revisions.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import { type ConsistencyReport, type Inconsistency, OLDER_THAN_S } from './report.ts';

/** What `ovn_revision_numbers` does not say yet. */
export interface Unnoted {
  /** OVN holds what SQL says of them, though a lower revision is noted, or none, or that of nothing. */
  readonly written: readonly RevisionEntry[];
  /** Nothing of them is left to note, OVN holds nothing of them, and they are noted still. */
  readonly gone: readonly LostRevision[];
}

/**
 * Neutron raises some revisions without writing to OVN (of a security group when a rule comes or goes, of a subnet
 * without DHCP), and leaves the note to the worker that has the maintenance lock; and a worker that dies between the two
 * databases leaves one that is behind. Known by content: what has no drift is written.
 * @param isStill Neutron has not changed the resource for a while
 */
export function findUnnoted(
  { inconsistent, deleted }: ConsistencyReport,
  isStill: (resource: ResourceRef) => boolean = () => true,
): Unnoted {
  return {
    written: inconsistent.filter((entry) => isToNote(entry) && isStill(entry)).map(entryOf),
    gone: deleted
      .filter((note) => note.rows === 0 && isStill(note))
      .map(({ type, id, why }) => ({
        resourceType: type,
        resourceUuid: id,
        lost: why === 'deleted' ? 'resource' : 'role',
        untouchedForS: OLDER_THAN_S,
      })),
  };
}

/** A number that is ahead stays: what it stands for may have been, and lowering it would hide that. */
const isToNote = ({ content, why }: Inconsistency): boolean => content === 'right' && why !== 'ahead';

const entryOf = ({ type, id, standardAttrId, revision }: Inconsistency): RevisionEntry => ({
  resourceType: type,
  resourceUuid: id,
  standardAttrId,
  revision,
});
