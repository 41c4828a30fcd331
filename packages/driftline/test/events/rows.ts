/** Rows and changes of rows, made by hand, with replicas to look them up in. */
import type { OvsdbValue, ReplicaRow } from '@driftline/ovsdb';
import type { EventContext, OvnDatabaseName, RowEvent, RowEventKind, RowLookup } from '../../src/events/row-events.ts';
import type { Release } from '../../src/neutron/release-name.ts';

export type Cells = Readonly<Record<string, OvsdbValue>>;

export const map = (pairs: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(pairs));

export function rowEvent(
  database: OvnDatabaseName,
  table: string,
  kind: RowEventKind,
  row: Cells,
  changed: Cells = {},
): RowEvent {
  const after: ReplicaRow = { _uuid: 'row', ...row };
  return {
    database,
    table,
    kind,
    uuid: 'row',
    row: after,
    old: kind === 'update' ? { ...after, ...changed } : undefined,
  };
}

/** Rows by table. */
export type Rows = Readonly<Record<string, readonly Cells[]>>;

export function contextOf(release: Release, northbound: Rows = {}, southbound: Rows = {}): EventContext {
  return { release, northbound: lookupIn(northbound), southbound: lookupIn(southbound) };
}

function lookupIn(rows: Rows): RowLookup {
  const find = (table: string, column: string, value: string) =>
    (rows[table] ?? []).filter((row) => row[column] === value).map((row) => ({ _uuid: '', ...row }));
  return { get: (table, uuid) => find(table, '_uuid', uuid)[0], find };
}
