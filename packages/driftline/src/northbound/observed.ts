import type { OwnedTable } from './tables.ts';

/** A row's cells as the replica holds them: sets are arrays, maps are Maps, an empty optional is undefined. */
export type Cells = Readonly<Record<string, unknown>>;

/** A Northbound row as it is, with where it is listed. */
export interface ObservedRow {
  readonly table: OwnedTable;
  readonly uuid: string;
  readonly cells: Cells;
  readonly listedIn: readonly ObservedListing[];
}

export interface ObservedListing {
  readonly column: string;
  readonly parent: ObservedRow;
}

/** The Northbound at one moment; every row of the owned tables, whoever owns it. */
export interface ObservedState {
  rows(table: OwnedTable): readonly ObservedRow[];
  byUuid(uuid: string): ObservedRow | undefined;
  /** Rows that `row` lists in `column`. */
  listed(row: ObservedRow, column: string): readonly ObservedRow[];
  /** A row of an embedded table (HA_Chassis, ...). */
  embedded(table: string, uuid: string): Cells | undefined;
}

/** What observe needs of a replica. */
export interface RowSource {
  rows(table: string): Iterable<Cells & { readonly _uuid: string }>;
}
