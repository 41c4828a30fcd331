import type { OvsdbClient } from '@driftline/ovsdb';
import type { RowLookup } from './row-events.ts';

const INDEX = 'events: name';

/** Tables that are not monitored hold nothing. */
export function lookupIn(client: OvsdbClient | undefined): RowLookup {
  const indexed = new Set<string>();
  const tableOf = (name: string) =>
    client?.replica.tableNames.includes(name) === true ? client.replica.table(name) : undefined;
  return {
    get: (table, uuid) => tableOf(table)?.get(uuid),
    named: (name, value) => {
      const table = tableOf(name);
      if (table === undefined) return undefined;
      if (!indexed.has(name)) {
        table.addIndex(INDEX, 'name');
        indexed.add(name);
      }
      return table.index(INDEX).find(value)[0];
    },
  };
}
