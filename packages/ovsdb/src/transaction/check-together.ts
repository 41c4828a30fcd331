import { OvsdbError } from '../errors.ts';
import type { Database } from '../schema/database.ts';
import { canonicalKey } from './canonical-key.ts';
import type { Operation } from './operations.ts';

/**
 * Refuses inserts that can't be committed together whatever the database holds: two rows with one uuid, two rows that a
 * unique index forbids, more rows than the table may have. A table that another operation of the transaction changes
 * or deletes from is left to the server, for the rows may differ again by the time of the commit.
 */
export function assertTogether(schema: Database, operations: readonly Operation[]): void {
  const unsettled = new Set(operations.flatMap((operation) => (isChange(operation) ? [operation.table] : [])));
  const uuids = new Set<string>();
  const keys = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const [operationIndex, operation] of operations.entries()) {
    if (operation.op !== 'insert') continue;
    const { table: name, row, uuid } = operation;
    const table = schema.tables.get(name);
    if (table === undefined) continue;
    const refuse = (problem: string) =>
      new OvsdbError('bad-value', `operation ${operationIndex} (insert): ${name}: ${problem}`, { operationIndex });
    if (unsettled.has(name)) continue;
    if (uuid !== undefined && uuids.size === uuids.add(`${name} ${uuid.toLowerCase()}`).size) {
      throw refuse(`uuid ${uuid} is given to two rows`);
    }
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    // Of a table outside the root set the server drops at the commit what nothing refers to.
    if (count > table.maxRows && table.isRoot) throw refuse(`the table has at most ${table.maxRows} rows`);
    if (!table.isRoot) continue;
    for (const columns of table.indexes) {
      const key = `${name} ${columns.join()} ${canonicalKey(table, columns, row)}`;
      const other = keys.get(key);
      if (other !== undefined)
        throw refuse(`${columns.join(', ')} would be as in operation ${other}, and must be unique`);
      keys.set(key, operationIndex);
    }
  }
}

function isChange(operation: Operation): operation is Extract<Operation, { op: 'update' | 'mutate' | 'delete' }> {
  return operation.op === 'update' || operation.op === 'mutate' || operation.op === 'delete';
}
