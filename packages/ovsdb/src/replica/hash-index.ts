import { OvsdbError } from '../errors.ts';
import type { OvsdbAtom, OvsdbValue } from '../schema/database.ts';
import type { ReplicaRow } from './row.ts';

/** Nothing, one key, or several: a row is found by each of its keys. */
export type IndexKeys = OvsdbAtom | undefined | readonly OvsdbAtom[];

/**
 * What rows are found by: a column (an element of a set, a key of a map), several columns together (all scalar or
 * optional), or any expression over a row. An expression must depend on the row alone; a row for which it throws is
 * left out of the index, and the first such error becomes a process warning.
 */
export type IndexSpec<Row extends ReplicaRow = ReplicaRow> = string | readonly string[] | ((row: Row) => IndexKeys);

/** Finds rows by key, without a search. */
export interface RowIndex<Row extends ReplicaRow = ReplicaRow> {
  /** In no particular order; empty when there is none. The arguments are the columns' values, or the one key. */
  find(...key: readonly OvsdbAtom[]): readonly Row[];
  /** The only row, undefined when there is none or more than one. */
  findOnly(...key: readonly OvsdbAtom[]): Row | undefined;
}

type Bucket = ReplicaRow | Map<string, ReplicaRow>;

export class HashIndex implements RowIndex {
  readonly #keysOf: (row: ReplicaRow) => IndexKeys;
  readonly #isComposite: boolean;
  #buckets = new Map<OvsdbAtom, Bucket>();

  constructor(spec: IndexSpec) {
    this.#isComposite = typeof spec === 'object';
    this.#keysOf = keyFunction(spec);
  }

  find(...key: readonly OvsdbAtom[]): readonly ReplicaRow[] {
    const bucket = this.#bucket(key);
    if (bucket === undefined) return [];
    return bucket instanceof Map ? [...bucket.values()] : [bucket];
  }

  findOnly(...key: readonly OvsdbAtom[]): ReplicaRow | undefined {
    const bucket = this.#bucket(key);
    return bucket instanceof Map ? undefined : bucket;
  }

  #bucket(key: readonly OvsdbAtom[]): Bucket | undefined {
    const single = this.#isComposite ? joinKey(key) : key[0];
    return single === undefined ? undefined : this.#buckets.get(single);
  }

  /** Keeps the index right over one row's insert (`before` undefined), change, or delete (`after` undefined). */
  update(before: ReplicaRow | undefined, after: ReplicaRow | undefined): void {
    if (before !== undefined) for (const key of toKeys(this.#keysOf(before))) this.#remove(key, before);
    if (after !== undefined) for (const key of toKeys(this.#keysOf(after))) this.#add(key, after);
  }

  rebuild(rows: Iterable<ReplicaRow>): void {
    this.#buckets = new Map();
    for (const row of rows) this.update(undefined, row);
  }

  #add(key: OvsdbAtom, row: ReplicaRow): void {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) this.#buckets.set(key, row);
    else if (bucket instanceof Map) bucket.set(row._uuid, row);
    else if (bucket._uuid === row._uuid) this.#buckets.set(key, row);
    else this.#buckets.set(key, new Map([bucket, row].map((member) => [member._uuid, member])));
  }

  #remove(key: OvsdbAtom, row: ReplicaRow): void {
    const bucket = this.#buckets.get(key);
    if (!(bucket instanceof Map)) {
      if (bucket?._uuid === row._uuid) this.#buckets.delete(key);
      return;
    }
    bucket.delete(row._uuid);
    const [remaining] = bucket.values();
    if (bucket.size === 1 && remaining !== undefined) this.#buckets.set(key, remaining);
  }
}

function keyFunction(spec: IndexSpec): (row: ReplicaRow) => IndexKeys {
  if (typeof spec === 'function') return tolerate(spec);
  if (typeof spec === 'string') return (row) => cellKeys(row[spec]);
  return (row) => joinKey(spec.map((column) => scalarCell(row, column)));
}

/** A careless expression must not stop updates halfway. */
function tolerate(expression: (row: ReplicaRow) => IndexKeys): (row: ReplicaRow) => IndexKeys {
  let hasWarned = false;
  return (row) => {
    try {
      return expression(row);
    } catch (error) {
      if (!hasWarned) process.emitWarning(`an index expression threw for row ${row._uuid}: ${String(error)}`);
      hasWarned = true;
      return undefined;
    }
  };
}

function cellKeys(cell: OvsdbValue): IndexKeys {
  return cell instanceof Map ? [...cell.keys()] : (cell as IndexKeys);
}

function scalarCell(row: ReplicaRow, column: string): OvsdbAtom | undefined {
  const cell = row[column];
  if (typeof cell === 'object') {
    throw new OvsdbError('bad-option', `an index over several columns cannot have ${column}, which is a set or map`);
  }
  return cell;
}

function joinKey(parts: readonly (OvsdbAtom | undefined)[]): string {
  return JSON.stringify(parts.map((part) => (typeof part === 'bigint' ? { bigint: String(part) } : (part ?? null))));
}

function toKeys(keys: IndexKeys): readonly OvsdbAtom[] {
  if (keys === undefined) return [];
  return typeof keys === 'object' ? keys : [keys];
}
