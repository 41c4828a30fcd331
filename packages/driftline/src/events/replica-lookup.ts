import type { OvsdbClient } from '@driftline/ovsdb';
import type { RowLookup } from './row-events.ts';

/** Tables that are not monitored hold nothing. Columns that were asked for are indexed from then on. */
export function lookupIn(client: OvsdbClient | undefined): RowLookup {
  const indexed = new Set<string>();
  const tableOf = (name: string) =>
    client?.replica.tableNames.includes(name) === true ? client.replica.table(name) : undefined;
  return {
    get: (table, uuid) => tableOf(table)?.get(uuid),
    find: (name, column, value) => {
      const table = tableOf(name);
      if (table === undefined) return [];
      const index = `events: ${column}`;
      if (!indexed.has(`${name} ${column}`)) {
        table.addIndex(index, column);
        indexed.add(`${name} ${column}`);
      }
      return table.index(index).find(value);
    },
  };
}
