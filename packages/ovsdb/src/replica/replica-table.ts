import { OvsdbError } from '../errors.ts';
import { isSameValue } from '../schema/compare.ts';
import type { OvsdbAtom } from '../schema/database.ts';
import { HashIndex, type IndexKeys, type IndexSpec, type RowIndex } from './hash-index.ts';
import { uuidsIn } from './references.ts';
import type { ReplicaRow, RowShape } from './row.ts';

/** A monitored table. */
export interface ReplicaTable<Row extends ReplicaRow = ReplicaRow> {
  readonly name: string;
  /** False when the server's schema lacks the table; it is empty then. */
  readonly exists: boolean;
  /** By uuid. Live: the same map changes with the database, and is another one after a full reload. */
  readonly rows: ReadonlyMap<string, Row>;
  get(uuid: string): Row | undefined;
  /** Throws OvsdbError `bad-option` when no index has this name. */
  index(name: string): RowIndex<Row>;
  /** Adds an index that is kept from now on. Adding the name again replaces it. */
  addIndex(name: string, spec: IndexSpec<Row>): RowIndex<Row>;
}

/** One row before and after a transaction: inserted when `before` is undefined, deleted when `after` is. */
export interface RowChange<Row extends ReplicaRow = ReplicaRow> {
  readonly table: string;
  readonly uuid: string;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

export class TableStore implements ReplicaTable {
  readonly name: string;
  #shape: RowShape | undefined;
  #rows = new Map<string, ReplicaRow>();
  readonly #indexes = new Map<string, HashIndex>();
  /** Kept from the first use on, for references followed backwards and for the schema's unique indexes. */
  readonly #innerIndexes = new Map<string, HashIndex>();

  constructor(name: string) {
    this.name = name;
  }

  get exists(): boolean {
    return this.#shape !== undefined;
  }

  get shape(): RowShape | undefined {
    return this.#shape;
  }

  get rows(): ReadonlyMap<string, ReplicaRow> {
    return this.#rows;
  }

  get(uuid: string): ReplicaRow | undefined {
    return this.#rows.get(uuid);
  }

  index(name: string): RowIndex {
    const index = this.#indexes.get(name);
    if (index !== undefined) return index;
    const known = [...this.#indexes.keys()].join(', ') || 'none';
    throw new OvsdbError('bad-option', `table ${this.name} has no index "${name}"; it has: ${known}`);
  }

  addIndex(name: string, spec: IndexSpec): RowIndex {
    const index = new HashIndex(spec);
    index.rebuild(this.#rows.values());
    this.#indexes.set(name, index);
    return index;
  }

  /** The rows whose `column` refers to a row of `target`, by that row's uuid. */
  referenceIndex(column: string, target: string): RowIndex {
    return this.#innerIndex(`${column} ${target}`, (row) =>
      uuidsIn(this.#shape?.columns.get(column), row[column], target),
    );
  }

  /** By what `keyOf` makes of the columns of a unique index. */
  uniqueIndex(columns: readonly string[], keyOf: (row: ReplicaRow) => OvsdbAtom | undefined): RowIndex {
    return this.#innerIndex(`unique ${columns.join()}`, keyOf);
  }

  #innerIndex(name: string, keysOf: (row: ReplicaRow) => IndexKeys): RowIndex {
    const known = this.#innerIndexes.get(name);
    if (known !== undefined) return known;
    const index = new HashIndex(keysOf);
    index.rebuild(this.#rows.values());
    this.#innerIndexes.set(name, index);
    return index;
  }

  commit(change: RowChange): void {
    if (change.after === undefined) this.#rows.delete(change.uuid);
    else this.#rows.set(change.uuid, change.after);
    for (const index of this.#indexes.values()) index.update(change.before, change.after);
    for (const index of this.#innerIndexes.values()) index.update(change.before, change.after);
  }

  /** Puts other rows in the place of all, at once; returns what is different, for which it keeps unchanged rows. */
  replaceAll(shape: RowShape | undefined, rows: Map<string, ReplicaRow>): RowChange[] {
    const changes: RowChange[] = [];
    const isComparable = this.#shape !== undefined && shape !== undefined && this.#shape.isSameAs(shape);
    for (const [uuid, before] of this.#rows) {
      const after = rows.get(uuid);
      if (isComparable && after !== undefined && isSameRow(shape, before, after)) rows.set(uuid, before);
      else changes.push({ table: this.name, uuid, before, after });
    }
    for (const [uuid, after] of rows) {
      if (!this.#rows.has(uuid)) changes.push({ table: this.name, uuid, before: undefined, after });
    }
    this.#shape = shape;
    this.#rows = rows;
    for (const index of this.#indexes.values()) index.rebuild(rows.values());
    for (const index of this.#innerIndexes.values()) index.rebuild(rows.values());
    return changes;
  }
}

function isSameRow(shape: RowShape, left: ReplicaRow, right: ReplicaRow): boolean {
  for (const column of shape.columns.keys()) {
    if (!isSameValue(left[column], right[column])) return false;
  }
  return true;
}
