import { OvsdbError } from '../errors.ts';
import type { IndexSpec } from './hash-index.ts';
import { type Referrer, rowsOf, strengthOf, uuidsIn } from './references.ts';
import { type ReplicaTable, type RowChange, TableStore } from './replica-table.ts';
import type { ReplicaRow, RowShape } from './row.ts';

/** Row types by table name, as the code generator writes them. */
export type TableTypes = { readonly [table: string]: ReplicaRow };

/**
 * The monitored part of a database. Between two turns of the event loop it is always the state after some whole
 * transaction. While the link is down it stands still at the last such state.
 *
 * Generic over the generated row types; without them, tables are untyped.
 */
export interface Replica<Tables extends TableTypes = TableTypes> {
  /** True while connected and complete; false before the first dump, and from a loss of the link to the next one. */
  readonly isSynced: boolean;
  readonly tableNames: readonly string[];
  /** Throws OvsdbError `unknown-table` for a table that is not monitored. */
  table<Name extends keyof Tables & string>(name: Name): ReplicaTable<Tables[Name]>;
  /**
   * The rows of `target` that a cell refers to, in the cell's order; of a map, those that its keys or values do. Rows
   * that the replica does not hold, since their table or they themselves are not monitored, are left out.
   *
   *     replica.follow('Logical_Switch', row, 'ports', 'Logical_Switch_Port')
   *
   * Throws OvsdbError `bad-option` when the column does not refer to `target`, `unknown-table` or `unknown-column`
   * when the column is not monitored.
   */
  follow<Name extends keyof Tables & string, Target extends keyof Tables & string>(
    table: Name,
    row: Tables[Name],
    column: keyof Tables[Name] & string,
    target: Target,
  ): readonly Tables[Target][];
  /**
   * The rows, of `tables` or of all, that refer to the row of `target` with this uuid, in no particular order; a row comes once for each of its
   * columns that does. Of monitored columns only. From the first call on, the columns that refer to `target` are
   * indexed: each call costs what it finds.
   */
  referrers<Name extends keyof Tables & string = keyof Tables & string>(
    target: keyof Tables & string,
    uuid: string,
    tables?: readonly Name[],
  ): readonly Referrer<Tables, Name>[];
}

/** What a monitor says of one row, decoded. */
export type RowUpdate =
  | { readonly kind: 'insert'; readonly uuid: string; readonly row: ReplicaRow }
  /** `merge` puts the changes into a copy of the row. */
  | { readonly kind: 'modify'; readonly uuid: string; readonly merge: (row: ReplicaRow) => ReplicaRow }
  | { readonly kind: 'delete'; readonly uuid: string };

export interface TableUpdate {
  readonly table: string;
  readonly rows: readonly RowUpdate[];
}

/**
 * Invariants (docs/spec/replica.md):
 * - [R1] An update is applied whole or not at all; so is a reload.
 * - [R2] An update that does not fit (a modified row that is not there, an inserted one that is) changes nothing and
 *   throws: the replica has lost the truth, and the session must load it anew.
 * - [R3] The indexes are right whenever anybody can look.
 */
export class ReplicaStore implements Replica {
  readonly #tables = new Map<string, TableStore>();
  isSynced = false;

  get tableNames(): readonly string[] {
    return [...this.#tables.keys()];
  }

  table(name: string): TableStore {
    const table = this.#tables.get(name);
    if (table !== undefined) return table;
    throw new OvsdbError('unknown-table', `table ${name} is not monitored; name it in the option "tables"`);
  }

  has(name: string): boolean {
    return this.#tables.has(name);
  }

  follow(name: string, row: ReplicaRow, columnName: string, target: string): readonly ReplicaRow[] {
    const { shape } = this.table(name);
    if (shape === undefined) return [];
    const column = shape.columns.get(columnName);
    if (column === undefined) {
      throw new OvsdbError('unknown-column', `column ${name}.${columnName} is not monitored, or not there`);
    }
    if (strengthOf(column, target) === undefined) {
      throw new OvsdbError('bad-option', `column ${name}.${columnName} does not refer to ${target}`);
    }
    return rowsOf(this.table(target).rows, uuidsIn(column, row[columnName], target));
  }

  referrers<Name extends string = string>(
    target: string,
    uuid: string,
    tables: readonly Name[] = this.tableNames as readonly Name[],
  ): readonly Referrer<TableTypes, Name>[] {
    this.table(target);
    return tables.flatMap((name) => {
      const table = this.table(name);
      return [...(table.shape?.columns.values() ?? [])].flatMap((column) => {
        const strength = strengthOf(column, target);
        if (strength === undefined) return [];
        const rows = table.referenceIndex(column.name, target).find(uuid);
        return rows.map((row) => ({ table: name, column: column.name, strength, row }) as Referrer<TableTypes, Name>);
      });
    });
  }

  /** Makes a table known before its rows come, with its indexes. */
  define(name: string, indexes: { readonly [index: string]: IndexSpec } = {}): void {
    const table = this.#tables.get(name) ?? new TableStore(name);
    this.#tables.set(name, table);
    for (const [index, spec] of Object.entries(indexes)) table.addIndex(index, spec);
  }

  apply(updates: readonly TableUpdate[]): RowChange[] {
    const changes = updates.flatMap((update) => {
      const table = this.table(update.table);
      assertOncePerRow(update);
      return update.rows.map((row) => toChange(table, row));
    });
    for (const change of changes) this.table(change.table).commit(change);
    return changes;
  }

  /** Replaces all rows of all tables. A table without a shape is one that the server lacks. */
  reload(shapes: ReadonlyMap<string, RowShape>, updates: readonly TableUpdate[]): RowChange[] {
    const rows = new Map<string, Map<string, ReplicaRow>>();
    for (const update of updates) rows.set(update.table, collectRows(update));
    return [...this.#tables.values()].flatMap((table) =>
      table.replaceAll(shapes.get(table.name), rows.get(table.name) ?? new Map()),
    );
  }
}

/** [R6] A second update of one row would start from the same state as the first, and undo it. */
function assertOncePerRow({ table, rows }: TableUpdate): void {
  if (rows.length === 1) return;
  const seen = new Set<string>();
  for (const { uuid } of rows) {
    if (seen.has(uuid))
      throw new OvsdbError('protocol-error', `inconsistent update of ${table} ${uuid}: it comes twice`);
    seen.add(uuid);
  }
}

function toChange(table: TableStore, update: RowUpdate): RowChange {
  const { uuid } = update;
  const before = table.get(uuid);
  if ((before === undefined) !== (update.kind === 'insert')) {
    const problem = before === undefined ? `${update.kind} of a row that the replica lacks` : 'insert of a row it has';
    throw new OvsdbError('protocol-error', `inconsistent update of ${table.name} ${uuid}: ${problem}`);
  }
  const name = table.name;
  if (update.kind === 'insert') return { table: name, uuid, before, after: update.row };
  if (update.kind === 'delete' || before === undefined) return { table: name, uuid, before, after: undefined };
  return { table: name, uuid, before, after: update.merge(before) };
}

function collectRows(update: TableUpdate): Map<string, ReplicaRow> {
  const rows = new Map<string, ReplicaRow>();
  for (const row of update.rows) {
    if (row.kind !== 'insert' || rows.has(row.uuid)) {
      throw new OvsdbError(
        'protocol-error',
        `unexpected ${row.kind} of ${update.table} ${row.uuid} in an initial dump`,
      );
    }
    rows.set(row.uuid, row.row);
  }
  return rows;
}
