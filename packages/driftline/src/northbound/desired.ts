/**
 * The Northbound database as it should be and as it is.
 *
 * Desired state: rows by natural key per OVN table; references are keys, never uuids. A cell is what the translator has
 * to say about one column; a column it does not mention is not its business.
 */

import type { FeatureName } from '../neutron/features.ts';
import type { RevisedType } from '../neutron/model/revision.ts';
import type { OwnedTable } from './tables.ts';

export type Atom = string | number | boolean;

/** What a non-map column holds: an atom, nothing (an empty optional column), or a set in any order. */
export type ColumnValue = Atom | undefined | readonly Atom[];

/** The Neutron resource a row serves; `deployment` is what belongs to no single resource (id: a name of ours). */
export interface ResourceRef {
  readonly type: RevisedType | 'deployment';
  readonly id: string;
}

/** Where a row is listed: a reference column of another row (Logical_Switch.ports, Port_Group.ports, ...). */
export interface Listing {
  readonly table: OwnedTable;
  readonly column: string;
  /** Natural key of the listing row. */
  readonly key: string;
}

/** A row without identity of its own, held by one column of its parent (HA_Chassis, Gateway_Chassis, Meter_Band). */
export type EmbeddedRow = Readonly<Record<string, ColumnValue>>;

/**
 * What a free choice may look at: the cells observed beside it, in the shape of the replica (sets are arrays, maps are
 * Maps, an empty optional is undefined), and any other observed row by its natural key.
 */
export interface ObservedLookup {
  row(table: OwnedTable, key: string): Readonly<Record<string, unknown>> | undefined;
  /** What a reference found in a cell leads to: any row of an owned or embedded table, whoever owns it. */
  rowAt(uuid: string): Readonly<Record<string, unknown>> | undefined;
}

/** Found by `accepts`; `row` holds the other columns of the same row. */
export interface Choice<T> {
  readonly is: 'choice';
  /** True when the value found is one that Neutron could have chosen: it is kept. */
  readonly accepts: (found: T | undefined, row: Readonly<Record<string, unknown>>, observed: ObservedLookup) => boolean;
  /** The value to write when there is none, or none that is valid. Deterministic. `load` is shared by the whole pass. */
  readonly choose: (
    row: Readonly<Record<string, unknown>>,
    observed: ObservedLookup,
    load: GatewayLoad,
  ) => T | undefined;
  /** For people: what makes a value valid. */
  readonly why: string;
  /** What releases before a feature left there. */
  readonly past?: Past<T>;
}

export interface Past<T> {
  readonly feature: FeatureName;
  readonly accepts: (found: T | undefined, row: Readonly<Record<string, unknown>>) => boolean;
}

/** Value, and the feature (release) it came with: `before` are the values earlier releases wrote (undefined: nothing). */
export interface Dated<T> {
  readonly is: 'dated';
  readonly feature: FeatureName;
  readonly value: T;
  readonly before: readonly (T | undefined)[];
}

/** One key of a map column. `absent`: the key is ours and must not be there. */
export type KeyWant = string | number | Absent | Choice<string | number> | Dated<string | number | Absent>;
export interface Absent {
  readonly is: 'absent';
}

export type Cell =
  /** Exactly this value; sets compare as sets. */
  | { readonly is: 'exact'; readonly value: ColumnValue }
  | Dated<ColumnValue>
  | Choice<ColumnValue>
  /** A map column: these keys; what other keys mean is said by the table's policy in tables.ts. */
  | { readonly is: 'keys'; readonly keys: Readonly<Record<string, KeyWant>> }
  /** A weak or strong reference column that is not a listing: natural keys of rows in `table`. */
  | {
      readonly is: 'refs';
      readonly table: OwnedTable;
      readonly keys: readonly string[];
      readonly dated?: Dated<readonly string[]>;
    }
  | { readonly is: 'refs-choice'; readonly table: OwnedTable; readonly choice: Choice<readonly string[]> }
  /** Embedded rows: exactly these, or a choice of them. */
  | {
      readonly is: 'rows';
      readonly table: string;
      readonly rows: readonly EmbeddedRow[] | Choice<readonly EmbeddedRow[]>;
    };

/** Gateway chassis per priority already chosen in this pass and observed before it: what `leastloaded` counts. */
export interface GatewayLoad {
  /** How many router ports have this chassis at this priority. */
  count(chassisName: string, priority: number): number;
  /** How many, at any priority. */
  total(chassisName: string): number;
  add(chassisName: string, priority: number): void;
}

export interface DesiredRow {
  readonly table: OwnedTable;
  /** Natural key, unique in its table; see identity.ts for each table's form. */
  readonly key: string;
  /** Other keys under which an observed row is recognised as this one when no row has `key`. */
  readonly aliases?: readonly string[];
  /** What it serves: told to people, used by selectors, and its revision is bumped after a repair. */
  readonly resource: ResourceRef;
  /** What it changes together with, in one transaction; the resource itself where absent. */
  readonly unit?: ResourceRef;
  /** Row uuid to insert with, where Neutron chooses it (2025.2 and later). An existing row keeps its own. */
  readonly uuid?: string;
  readonly cells: Readonly<Record<string, Cell>>;
  /** Every listing that should hold this row; owned listings beyond these are drift. */
  readonly listedIn: readonly Listing[];
  /** `tolerated`: right when there, right when not; never created, compared when it exists. Default required. */
  readonly presence?: 'required' | 'tolerated';
  /** The feature this row came with: its absence is then an earlier release's shape. */
  readonly feature?: FeatureName;
}

/** Rows by table, by natural key. */
export type DesiredState = ReadonlyMap<OwnedTable, ReadonlyMap<string, DesiredRow>>;

/* Short words for translators. */
export const absent: Absent = Object.freeze({ is: 'absent' });
export const exact = (value: ColumnValue): Cell => ({ is: 'exact', value });
export const keys = (wanted: Readonly<Record<string, KeyWant | undefined>>): Cell => {
  const kept: Record<string, KeyWant> = {};
  for (const key in wanted) {
    const want = wanted[key];
    if (want !== undefined) kept[key] = want;
  }
  return { is: 'keys', keys: kept };
};
export const refs = (table: OwnedTable, wanted: readonly string[]): Cell => ({ is: 'refs', table, keys: wanted });
export const dated = <T>(feature: FeatureName, value: T, ...before: readonly (T | undefined)[]): Dated<T> => ({
  is: 'dated',
  feature,
  value,
  before: before.length === 0 ? [undefined] : before,
});
export const choice = <T>(
  why: string,
  accepts: Choice<T>['accepts'],
  choose: Choice<T>['choose'],
  past?: Past<T>,
): Choice<T> => ({ is: 'choice', why, accepts, choose, ...(past === undefined ? {} : { past }) });
