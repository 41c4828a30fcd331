import { isSameValue, type OvsdbValue, type ReplicaRow, type RowChange } from '@driftline/ovsdb';
import type { Release } from '../neutron/release-name.ts';
import type { Look } from './look.ts';

export type OvnDatabaseName = 'OVN_Northbound' | 'OVN_Southbound';
export type RowEventKind = 'create' | 'update' | 'delete';

/** One row's change, as upstream's event classes see it. */
export interface RowEvent {
  readonly database: OvnDatabaseName;
  readonly table: string;
  readonly kind: RowEventKind;
  readonly uuid: string;
  /** As it is now; of a deleted row, as it was last. */
  readonly row: ReplicaRow;
  /** Before an update. */
  readonly old: ReplicaRow | undefined;
}

/** The replicas beside the event, as they are when it is looked at. */
export interface RowLookup {
  get(table: string, uuid: string): ReplicaRow | undefined;
  /** All whose column holds the value. */
  find(table: string, column: string, value: string): readonly ReplicaRow[];
}

export interface EventContext {
  readonly release: Release;
  readonly northbound: RowLookup;
  readonly southbound: RowLookup;
}

/**
 * One of upstream's event classes: which changes it matches and where to look then. It matches all of Neutron's own rows
 * that upstream's matches, and may match more: a look at what is right changes nothing. Rows of others never match.
 */
export interface EventClass {
  /** Upstream's. */
  readonly name: string;
  readonly database: OvnDatabaseName;
  readonly table: string;
  readonly kinds: readonly RowEventKind[];
  /** The first release that has the class; absent: Zed or older. */
  readonly since?: Release;
  /** The last. */
  readonly until?: Release;
  /** What happened matters, not what is: a row that is found when rows are gone through again is passed over. */
  readonly isOfTheMoment?: true;
  /** A row that is found when rows are gone through again matches too, although upstream's class is not for new rows. */
  readonly isForAnyRow?: true;
  matches(event: RowEvent, context: EventContext): boolean;
  looks(event: RowEvent, context: EventContext): readonly Look[];
}

export function toRowEvent(database: OvnDatabaseName, { table, uuid, before, after }: RowChange): RowEvent | undefined {
  const row = after ?? before;
  if (row === undefined) return undefined;
  const kind = before === undefined ? 'create' : after === undefined ? 'delete' : 'update';
  return { database, table, kind, uuid, row, old: kind === 'update' ? before : undefined };
}

/** What upstream asks of an update by whether the old row has the column. */
export function hasChanged({ row, old }: RowEvent, column: string): boolean {
  return old !== undefined && !isSameValue(old[column], row[column]);
}

/** Of a map column; undefined also where the server's schema lacks it. */
export function valueAt(row: ReplicaRow | undefined, column: string, key: string): string | undefined {
  const map: OvsdbValue | undefined = row?.[column];
  const value = map instanceof Map ? map.get(key) : undefined;
  return value === undefined ? undefined : String(value);
}

export const markOf = (row: ReplicaRow | undefined, key: string): string | undefined =>
  valueAt(row, 'external_ids', key);

/** The elements of a set, an optional column's value as well. */
export function elementsOf(row: ReplicaRow | undefined, column: string): readonly string[] {
  const value = row?.[column];
  if (value === undefined || value instanceof Map) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}
