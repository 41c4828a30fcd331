/**
 * replica/: the client's copy of the monitored tables. Rows never change [R7]: an update makes a new row and puts it in
 * the old one's place, so a row that a caller holds stays what it was.
 */

import type { Column, OvsdbValue, Table } from '../schema/database.ts';
import { defaultValue } from '../schema/decode.ts';

/** One row. Its columns are own properties, in the schema's spelling and each in its column's shape. */
export interface ReplicaRow {
  readonly _uuid: string;
  readonly [column: string]: OvsdbValue;
}

type MutableRow = { _uuid: string; [column: string]: OvsdbValue };

/** The monitored columns of a table, and the making of its rows. */
export class RowShape {
  readonly table: string;
  readonly columns: ReadonlyMap<string, Column>;
  readonly #defaults: MutableRow;

  constructor(table: Table, columnNames: readonly string[]) {
    this.table = table.name;
    this.columns = new Map(
      columnNames.flatMap((name) => {
        const column = table.columns.get(name);
        return column === undefined ? [] : [[name, column] as const];
      }),
    );
    this.#defaults = defaultRow(this.columns);
  }

  /** A row whose cells are all defaults. */
  newRow(uuid: string): MutableRow {
    const row = { ...this.#defaults };
    row._uuid = uuid;
    return row;
  }

  copyRow(row: ReplicaRow): MutableRow {
    return { ...row };
  }

  /** Whether both hold the same columns of the same types, so that one's rows can serve the other. */
  isSameAs(other: RowShape): boolean {
    return JSON.stringify(this.#description()) === JSON.stringify(other.#description());
  }

  #description(): unknown {
    return [...this.columns.values()].map((column) => [
      column.name,
      column.kind,
      column.key.type,
      column.value?.type,
      column.min,
      column.max > 1,
    ]);
  }
}

/**
 * The template that rows are cloned from. Made by `JSON.parse`, which lays out any number of properties in the
 * object itself; assigned one by one, more than a dozen would turn it into a hash table, five times the size.
 */
function defaultRow(columns: ReadonlyMap<string, Column>): MutableRow {
  const row = JSON.parse(
    JSON.stringify({ _uuid: '', ...Object.fromEntries([...columns.keys()].map((name) => [name, 0])) }),
  );
  for (const column of columns.values()) row[column.name] = defaultValue(column);
  return row;
}
