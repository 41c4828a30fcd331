import type { Change } from '../diff/change.ts';
import type { Pairing } from '../diff/pair.ts';
import { featuresOf } from '../neutron/features.ts';
import { type OvnRevision, REVISED_TYPES, type RevisedType } from '../neutron/model/revision.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import type { DesiredState, ResourceRef } from '../northbound/desired.ts';
import type { OwnedTable } from '../northbound/tables.ts';
import type { TranslationFault } from '../translate/faults.ts';
import { REVISION_KEY } from '../translate/revision.ts';
import { type NotedResource, type NotedResources, notedTypes, resourcesOfType } from './noted.ts';

/** What is asked of a comparison of the two databases. The snapshot must be a whole one: only that has read every note. */
export interface Compared {
  readonly snapshot: NeutronSnapshot;
  readonly desired: DesiredState;
  readonly pairing: Pairing;
  readonly drift: readonly Change[];
  readonly faults: readonly TranslationFault[];
}

/** By revision, as Neutron's maintenance sees it, with what the content of the rows says to it. */
export interface ConsistencyReport {
  /** In the order in which upstream creates; within a type by id. */
  readonly inconsistent: readonly Inconsistency[];
  /** In the order in which upstream deletes. */
  readonly deleted: readonly LostNote[];
  /** Rows in OVN that claim a revision which SQL has not reached. Told, never written. */
  readonly ahead: readonly AheadRow[];
}

export interface Inconsistency {
  readonly type: RevisedType;
  readonly id: string;
  readonly why: InconsistencyReason;
  /** Neutron's. */
  readonly revision: number;
  readonly standardAttrId: number;
  /** undefined: there is no row. */
  readonly noted: number | undefined;
  /** What the resource's row in OVN says; undefined where no row carries a revision. */
  readonly held: number | undefined;
  readonly content: Content;
}

/**
 * - unwritten: noted as never written to OVN.
 * - behind: an earlier revision is noted than Neutron has.
 * - ahead: a later one.
 * - unnoted: it should have a row and has none.
 * - unlinked: its row names no standard attribute, or another's. To Neutron that is a resource to delete.
 *
 * Neutron sees the first three; the others it can't.
 */
export type InconsistencyReason = 'unwritten' | 'behind' | 'ahead' | 'unnoted' | 'unlinked';

/** right: OVN holds what SQL says of it. unjudged: SQL does not add up. */
export type Content = 'right' | 'wrong' | 'unjudged';

export interface LostNote {
  readonly type: RevisedType;
  readonly id: string;
  /** deleted: the resource is gone. released: it is there, and no more what the row is about. */
  readonly why: 'deleted' | 'released';
  readonly noted: number;
  /** How many rows OVN still holds of it. */
  readonly rows: number;
}

export interface AheadRow {
  readonly resource: ResourceRef;
  readonly table: OwnedTable;
  readonly key: string;
  readonly held: number;
  readonly revision: number;
}

/** Upstream's `INCONSISTENCIES_OLDER_THAN`: what Neutron made later it may not have written yet. */
export const OLDER_THAN_S = 60;

export function reportConsistency(compared: Compared): ConsistencyReport {
  const { snapshot, drift } = compared;
  const types = notedTypes(featuresOf(snapshot.release));
  const notes = notesByType(snapshot.revisions);
  const content = contentOf(compared);
  const held = heldBy(compared);
  const inconsistent: Inconsistency[] = [];
  const deleted: LostNote[] = [];
  for (const type of types) {
    const ofType = notes.get(type) ?? new Map<string, OvnRevision>();
    for (const resource of resourcesOfType(type, snapshot).values()) {
      const note = ofType.get(resource.id);
      const why = whyInconsistent(resource, note);
      if (why === undefined || isYoung(resource, snapshot)) continue;
      const { id, attributes } = resource;
      inconsistent.push({
        type,
        id,
        why,
        revision: attributes.revision,
        standardAttrId: attributes.id,
        noted: note?.revisionNumber,
        held: held(resource),
        content: content(resource),
      });
    }
  }
  const rowsLeft = countDeletions(drift);
  for (const type of types.toReversed()) {
    const resources = resourcesOfType(type, snapshot);
    for (const note of notes.get(type)?.values() ?? []) {
      const why = whyLost(note, resources, snapshot);
      if (why === undefined) continue;
      const id = note.resourceUuid;
      deleted.push({ type, id, why, noted: note.revisionNumber, rows: rowsLeft.get(nameOf({ type, id })) ?? 0 });
    }
  }
  return { inconsistent, deleted, ahead: [...aheadRows(drift)] };
}

function notesByType(revisions: readonly OvnRevision[]): ReadonlyMap<RevisedType, ReadonlyMap<string, OvnRevision>> {
  const notes = new Map<string, Map<string, OvnRevision>>(REVISED_TYPES.map((type) => [type, new Map()]));
  for (const row of revisions) notes.get(row.resourceType)?.set(row.resourceUuid, row);
  return notes as ReadonlyMap<RevisedType, ReadonlyMap<string, OvnRevision>>;
}

function whyInconsistent(
  { attributes, noting }: NotedResource,
  note: OvnRevision | undefined,
): InconsistencyReason | undefined {
  if (note === undefined) return noting === 'always' ? 'unnoted' : undefined;
  if (noting === 'never') return undefined;
  if (note.standardAttrId !== attributes.id) return 'unlinked';
  if (note.revisionNumber === attributes.revision) return undefined;
  if (note.revisionNumber < 0) return 'unwritten';
  return note.revisionNumber < attributes.revision ? 'behind' : 'ahead';
}

/** Without a time of its own it is older than the column. */
const isYoung = ({ attributes }: NotedResource, { readAtMs }: NeutronSnapshot): boolean =>
  (attributes.createdAtMs ?? 0) >= readAtMs - OLDER_THAN_S * 1000;

/** What was released a moment ago Neutron may be about to forget; of what is deleted upstream waits for nothing. */
function whyLost(
  note: OvnRevision,
  resources: NotedResources,
  { readAtMs }: NeutronSnapshot,
): LostNote['why'] | undefined {
  const resource = resources.get(note.resourceUuid);
  if (resource === undefined) return 'deleted';
  const isFresh = (resource.attributes.updatedAtMs ?? 0) >= readAtMs - OLDER_THAN_S * 1000;
  return resource.noting === 'never' && !isFresh ? 'released' : undefined;
}

const nameOf = ({ type, id }: ResourceRef): string => `${type} ${id}`;

/** What changes together is judged together. A number that is ahead says nothing against the other cells. */
function contentOf({ drift, faults }: Compared): (resource: ResourceRef) => Content {
  const unjudged = new Set(faults.map(({ resource }) => nameOf(resource)));
  const wrong = new Set<string>();
  for (const change of drift) {
    if (change.action === 'update' && change.differences.every(({ reason }) => reason === 'newer')) continue;
    wrong.add(nameOf(change.resource)).add(nameOf(change.unit));
  }
  return (resource) => {
    const name = nameOf(resource);
    return unjudged.has(name) ? 'unjudged' : wrong.has(name) ? 'wrong' : 'right';
  };
}

/** The row of each type that Neutron's guard reads the revision of; groups and their rules carry none. */
const REVISION_ROWS: Partial<Record<OwnedTable, RevisedType>> = {
  Logical_Switch: 'networks',
  DHCP_Options: 'subnets',
  Logical_Switch_Port: 'ports',
  Logical_Router: 'routers',
  Logical_Router_Port: 'router_ports',
  NAT: 'floatingips',
  Load_Balancer: 'floatingips',
  Address_Set: 'address_groups',
};

/** Of several rows (two address sets, a balancer for each protocol) the least. Looked for when first asked. */
function heldBy({ desired, pairing }: Compared): (resource: ResourceRef) => number | undefined {
  let held: Map<string, number> | undefined;
  const read = (): Map<string, number> => {
    const numbers = new Map<string, number>();
    for (const [table, type] of Object.entries(REVISION_ROWS) as [OwnedTable, RevisedType][]) {
      for (const row of desired.get(table)?.values() ?? []) {
        if (row.resource.type !== type) continue;
        const number = revisionIn(pairing.pairs.get(row)?.cells.external_ids);
        if (number === undefined) continue;
        const name = nameOf(row.resource);
        numbers.set(name, Math.min(number, numbers.get(name) ?? number));
      }
    }
    return numbers;
  };
  return (resource) => {
    held ??= read();
    return held.get(nameOf(resource));
  };
}

function revisionIn(externalIds: unknown): number | undefined {
  const text = externalIds instanceof Map ? externalIds.get(REVISION_KEY) : undefined;
  const number = typeof text === 'string' && text !== '' ? Number(text) : Number.NaN;
  return Number.isInteger(number) ? number : undefined;
}

function countDeletions(drift: readonly Change[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { action, resource } of drift) {
    if (action === 'delete') counts.set(nameOf(resource), (counts.get(nameOf(resource)) ?? 0) + 1);
  }
  return counts;
}

function* aheadRows(drift: readonly Change[]): Iterable<AheadRow> {
  for (const change of drift) {
    if (change.action !== 'update') continue;
    const { resource, table, key } = change;
    for (const { reason, found, wanted } of change.differences) {
      if (reason === 'newer') yield { resource, table, key, held: Number(found), revision: Number(wanted) };
    }
  }
}

/** By type, in the order of the list. */
export function countByType(list: readonly { readonly type: RevisedType }[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { type } of list) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
