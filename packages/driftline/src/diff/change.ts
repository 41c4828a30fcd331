import type { FeatureName } from '../neutron/features.ts';
import type { Atom, Listing, ResourceRef } from '../northbound/desired.ts';
import type { OwnedTable } from '../northbound/tables.ts';

/**
 * What has to change. Changes are plain JSON: they are shown, saved in a plan file, and read back by apply.
 */

/** A column's value, printable: sets sorted, maps as objects, references as natural keys, null for nothing. */
export type Printed = Atom | null | readonly Atom[] | PrintedMap | readonly PrintedMap[];
export interface PrintedMap {
  readonly [key: string]: Atom | null;
}

/**
 * Why a cell or a row counts. Closed: reports, metrics and selectors name these.
 * - missing: the row, map key or reference should be there and is not.
 * - different: the value is another one.
 * - extra: the row's cell holds something of Neutron's that should not be there.
 * - misplaced: listed in a row of Neutron's that should not list it.
 * - unlisted: not listed in a row that should list it.
 * - invalid: Neutron is free to choose here, but could not have chosen this.
 * - stale-key: a map key that an earlier release left behind.
 * - newer: OVN holds a revision that SQL has not reached; shown, never written.
 */
export type DifferenceReason =
  | 'missing'
  | 'different'
  | 'extra'
  | 'misplaced'
  | 'unlisted'
  | 'invalid'
  | 'stale-key'
  | 'newer';
/** orphan: no Neutron resource wants it. duplicate: a second row for one natural key. */
export type RowReason = 'missing' | 'orphan' | 'duplicate';

export interface Difference {
  readonly column: string;
  /** The map key, where the column is a map. */
  readonly key?: string;
  readonly reason: DifferenceReason;
  readonly found: Printed;
  readonly wanted: Printed;
  /** What makes a free choice valid. */
  readonly why?: string;
  /** The value found is what a release before this feature wrote. */
  readonly before?: FeatureName;
  /** How to mend it; absent: shown only. */
  readonly write?: CellWrite;
}

export type CellWrite =
  | { readonly op: 'set'; readonly value: Written }
  | { readonly op: 'put'; readonly key: string; readonly value: Atom }
  | { readonly op: 'drop'; readonly key: string }
  | { readonly op: 'list'; readonly in: Listing }
  | { readonly op: 'unlist'; readonly in: RowAt };

/** A value to write. References are natural keys of rows that exist or are created by the same plan. */
export type Written =
  | { readonly is: 'value'; readonly value: Atom | null | readonly Atom[] }
  | { readonly is: 'map'; readonly entries: Readonly<Record<string, Atom>> }
  | { readonly is: 'refs'; readonly table: OwnedTable; readonly keys: readonly string[] }
  | { readonly is: 'rows'; readonly table: string; readonly rows: readonly WrittenRow[] };
export type WrittenRow = Readonly<Record<string, Atom | null | readonly Atom[]>>;

/** A listing by uuid: the listing row exists. */
export interface RowAt {
  readonly table: OwnedTable;
  readonly column: string;
  readonly uuid: string;
  /** For people. */
  readonly key: string;
}

interface ChangeOf {
  readonly table: OwnedTable;
  readonly key: string;
  /** What it serves. */
  readonly resource: ResourceRef;
  /** What it changes together with. */
  readonly unit: ResourceRef;
  /** Whose row it is, where not Neutron's: the name of the plugin that claims it. */
  readonly owner?: string;
}

export interface CreateChange extends ChangeOf {
  readonly action: 'create';
  readonly reason: 'missing';
  readonly uuid?: string;
  readonly values: Readonly<Record<string, Written>>;
  readonly listedIn: readonly Listing[];
  /** The row came with this feature: an earlier release did not write it. */
  readonly before?: FeatureName;
}

export interface UpdateChange extends ChangeOf {
  readonly action: 'update';
  readonly uuid: string;
  readonly differences: readonly Difference[];
  /** The touched columns as they were when this was computed: the transaction waits on them. */
  readonly guard: Readonly<Record<string, JsonCell>>;
}

export interface DeleteChange extends ChangeOf {
  readonly action: 'delete';
  readonly reason: 'orphan' | 'duplicate';
  readonly uuid: string;
  /** Why the row is provably Neutron's, or its owner's. */
  readonly proof: string;
  readonly listedIn: readonly RowAt[];
  /** The whole row: shown, guarded and journalled. */
  readonly before: Readonly<Record<string, JsonCell>>;
}

export type Change = CreateChange | UpdateChange | DeleteChange;

/** A replica cell as JSON; a map is tagged, because its keys may be numbers. */
export type JsonCell = Atom | null | readonly Atom[] | { readonly map: readonly (readonly [Atom, Atom])[] };

export function toJsonCell(cell: unknown): JsonCell {
  if (cell === undefined) return null;
  if (isMap(cell)) return { map: [...cell] };
  return cell as Atom | readonly Atom[];
}

const isMap = (cell: unknown): cell is ReadonlyMap<Atom, Atom> => cell instanceof Map;

export function fromJsonCell(cell: JsonCell): Atom | undefined | readonly Atom[] | ReadonlyMap<Atom, Atom> {
  if (cell === null) return undefined;
  if (typeof cell === 'object' && !Array.isArray(cell))
    return new Map<Atom, Atom>((cell as { readonly map: readonly (readonly [Atom, Atom])[] }).map);
  return cell;
}

/** A surplus row that may be Neutron's but can't be proven to be, or may not be deleted: shown, not touched. */
export interface Doubt {
  readonly table: OwnedTable;
  readonly key: string;
  readonly uuid: string;
  readonly why: string;
  readonly row: Readonly<Record<string, JsonCell>>;
}
