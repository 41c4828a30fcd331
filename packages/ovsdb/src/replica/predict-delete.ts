import type { Database } from '../schema/database.ts';
import { type Referrer, strengthOf, uuidsIn } from './references.ts';
import type { Replica } from './replica.ts';
import type { ReplicaRow } from './row.ts';

export interface DeletePrediction {
  /** Rows outside the root set that go too, since nothing refers to them strongly any more. */
  readonly vanishing: readonly { readonly table: string; readonly row: ReplicaRow }[];
  /** Weak references to what goes, which the server takes out of the rows that stay. */
  readonly weakened: readonly Referrer[];
  /** What refers strongly to the rows to be deleted and stays: the server would refuse (`referential-integrity-violation`). */
  readonly blocking: readonly Referrer[];
}

/**
 * What deleting these rows of a table would bring with it, by the rules of ovsdb-server (RFC 7047, section 3.2, `isRoot`
 * and `refType`; ovsdb/transaction.c): a row outside the root set goes with the last strong reference to it, and takes
 * its own references along. References of a row to itself do not count; rows that refer to each other in a circle keep
 * each other.
 *
 * Right for a replica that holds all tables with references among them whole, and as new as that replica.
 */
export function predictDelete(
  schema: Database,
  replica: Replica,
  table: string,
  uuids: Iterable<string>,
): DeletePrediction {
  const gone = new Map<string, { readonly table: string; readonly row: ReplicaRow; readonly isAsked: boolean }>();
  const queue: { table: string; row: ReplicaRow }[] = [];
  const remove = (name: string, row: ReplicaRow, isAsked: boolean) => {
    gone.set(key(name, row._uuid), { table: name, row, isAsked });
    queue.push({ table: name, row });
  };
  for (const uuid of uuids) {
    const row = replica.table(table).get(uuid);
    if (row !== undefined && !gone.has(key(table, uuid))) remove(table, row, true);
  }
  const remaining = (name: string, uuid: string, strength: 'strong' | 'weak') =>
    replica
      .referrers(name, uuid)
      .filter((referrer) => referrer.strength === strength && !gone.has(key(referrer.table, referrer.row._uuid)));
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const target of strongTargets(schema, replica, next.table, next.row)) {
      const { table: name, row } = target;
      if (schema.tables.get(name)?.isRoot !== false || gone.has(key(name, row._uuid))) continue;
      const others = remaining(name, row._uuid, 'strong').filter((referrer) => !isItself(referrer, name, row));
      if (others.length === 0) remove(name, row, false);
    }
  }
  const all = [...gone.values()];
  return {
    vanishing: all.filter(({ isAsked }) => !isAsked).map(({ table: name, row }) => ({ table: name, row })),
    weakened: all.flatMap(({ table: name, row }) => remaining(name, row._uuid, 'weak')),
    blocking: all.flatMap(({ table: name, row, isAsked }) => (isAsked ? remaining(name, row._uuid, 'strong') : [])),
  };
}

function* strongTargets(schema: Database, replica: Replica, table: string, row: ReplicaRow) {
  for (const column of schema.tables.get(table)?.columns.values() ?? []) {
    for (const target of new Set([column.key.refTable, column.value?.refTable])) {
      if (target === undefined || strengthOf(column, target) !== 'strong' || !replica.tableNames.includes(target))
        continue;
      for (const uuid of uuidsIn(column, row[column.name], target)) {
        const found = replica.table(target).get(uuid);
        if (found !== undefined) yield { table: target, row: found };
      }
    }
  }
}

function isItself(referrer: Referrer, table: string, row: ReplicaRow): boolean {
  return referrer.table === table && referrer.row._uuid === row._uuid;
}

function key(table: string, uuid: string): string {
  return `${table} ${uuid}`;
}
