import { OvsdbError } from '../errors.ts';
import type { ReplicaStore } from '../replica/replica.ts';
import type { BaseType, Column, Database, Table } from '../schema/database.ts';
import { canonicalKey } from './canonical-key.ts';
import type { Operation, RowInput } from './operations.ts';

/**
 * Refuses what the replica's present content contradicts, with the code that the server would give:
 * `referential-integrity-violation` for a strong reference to a row that is not there, `constraint-violation` for an
 * insert that a unique index forbids. Only tables of which the replica holds every row count.
 *
 * [T2] A likelihood, not a certainty: the replica may lag behind the server. Hence only on demand, and before sending.
 */
export function checkAgainstReplica(
  schema: Database,
  replica: ReplicaStore,
  isWhole: (table: string) => boolean,
  operations: readonly Operation[],
): void {
  const changes = collectChanges(operations);
  for (const [operationIndex, operation] of operations.entries()) {
    const table = 'table' in operation ? schema.tables.get(operation.table) : undefined;
    if (table === undefined) continue;
    try {
      if (operation.op === 'insert' || operation.op === 'update') {
        for (const [name, value] of Object.entries(operation.row)) {
          assertReferences(replica, isWhole, changes, table, name, value);
        }
      }
      if (operation.op === 'mutate') {
        for (const [name, mutator, value] of operation.mutations) {
          if (mutator === 'insert') assertReferences(replica, isWhole, changes, table, name, value);
        }
      }
      if (operation.op === 'insert' && isWhole(table.name)) {
        assertUnique(replica, changes, table, operation.row);
      }
    } catch (cause) {
      if (!(cause instanceof OvsdbError)) throw cause;
      const message = `operation ${operationIndex} (${operation.op}): ${cause.message}; nothing was sent`;
      throw new OvsdbError(cause.code, message, { cause, operationIndex });
    }
  }
}

interface PlannedChanges {
  /** Uuids that inserts of the transaction have chosen. */
  readonly inserted: ReadonlySet<string>;
  /** Uuids of rows that the transaction changes or deletes. */
  readonly touched: ReadonlySet<string>;
  /** Tables of which the transaction changes or deletes rows that only the server can tell. */
  readonly unsettled: ReadonlySet<string>;
}

function collectChanges(operations: readonly Operation[]): PlannedChanges {
  const inserted = new Set<string>();
  const touched = new Set<string>();
  const unsettled = new Set<string>();
  for (const operation of operations) {
    if (operation.op === 'insert') {
      if (operation.uuid !== undefined) inserted.add(operation.uuid);
    } else if (operation.op === 'update' || operation.op === 'mutate' || operation.op === 'delete') {
      const { where, table } = operation;
      if (typeof where === 'object' && 'uuid' in where) touched.add(where.uuid);
      else unsettled.add(table);
    }
  }
  return { inserted, touched, unsettled };
}

function assertReferences(
  replica: ReplicaStore,
  isWhole: (table: string) => boolean,
  { inserted }: PlannedChanges,
  table: Table,
  name: string,
  value: unknown,
): void {
  const column = table.columns.get(name);
  if (column === undefined) return;
  for (const [base, atom] of atomsOf(column, value)) {
    const { refTable, refType } = base;
    if (refTable === undefined || refType !== 'strong' || typeof atom !== 'string' || inserted.has(atom)) continue;
    if (!replica.has(refTable) || !replica.table(refTable).exists || !isWhole(refTable)) continue;
    if (replica.table(refTable).get(atom) !== undefined) continue;
    const message = `${table.name}.${name} refers to ${refTable} ${atom}, which is not there`;
    throw new OvsdbError('referential-integrity-violation', message);
  }
}

function* atomsOf({ key, value: base }: Column, value: unknown): Generator<readonly [BaseType, unknown]> {
  if (value instanceof Map) {
    for (const [name, member] of value) {
      yield [key, name];
      if (base !== undefined) yield [base, member];
    }
  } else if (value instanceof Set || Array.isArray(value)) {
    for (const member of value.values()) yield [key, member];
  } else {
    yield [key, value];
  }
}

function assertUnique(
  replica: ReplicaStore,
  { touched, unsettled }: PlannedChanges,
  table: Table,
  row: RowInput,
): void {
  if (!replica.has(table.name) || unsettled.has(table.name)) return;
  const store = replica.table(table.name);
  for (const columns of table.indexes) {
    if (!columns.every((column) => store.shape?.columns.has(column))) continue;
    const key = canonicalKey(table, columns, row);
    if (key === undefined) continue;
    const others = store.uniqueIndex(columns, (found) => canonicalKey(table, columns, found)).find(key);
    const other = others.find(({ _uuid }) => !touched.has(_uuid));
    if (other === undefined) continue;
    const message = `${table.name}: ${columns.join(', ')} would be as in row ${other._uuid}, and must be unique`;
    throw new OvsdbError('constraint-violation', message);
  }
}
