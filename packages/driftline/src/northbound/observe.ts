import type { Cells, ObservedListing, ObservedRow, ObservedState, RowSource } from './observed.ts';
import { EMBEDDED_TABLES, listingColumns, OWNED_TABLES, type OwnedTable } from './tables.ts';

interface OpenRow extends ObservedRow {
  readonly listedIn: ObservedListing[];
}

/** Takes the owned tables out of the replica and finds for every row where it is listed. One pass over each. */
export function observe(source: RowSource): ObservedState {
  const byUuid = new Map<string, OpenRow>();
  const byTable = new Map<OwnedTable, OpenRow[]>();
  for (const table of OWNED_TABLES) {
    const rows: OpenRow[] = [];
    for (const cells of source.rows(table)) {
      const row: OpenRow = { table, uuid: cells._uuid, cells, listedIn: [] };
      rows.push(row);
      byUuid.set(row.uuid, row);
    }
    byTable.set(table, rows);
  }
  for (const of of OWNED_TABLES) {
    for (const [table, column] of listingColumns(of)) {
      for (const parent of byTable.get(table) ?? []) {
        for (const uuid of uuidsOf(parent.cells[column])) byUuid.get(uuid)?.listedIn.push({ column, parent });
      }
    }
  }
  const embedded = new Map<string, Cells>();
  for (const table of EMBEDDED_TABLES) {
    for (const cells of source.rows(table)) embedded.set(cells._uuid, cells);
  }
  return {
    rows: (table) => byTable.get(table) ?? [],
    byUuid: (uuid) => byUuid.get(uuid),
    listed: (row, column) =>
      uuidsOf(row.cells[column]).flatMap((uuid) => {
        const listed = byUuid.get(uuid);
        return listed === undefined ? [] : [listed];
      }),
    embedded: (_table, uuid) => embedded.get(uuid),
  };
}

/** The uuids that a reference column holds, whether it is a set or an optional. */
export function uuidsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value as readonly string[];
  return typeof value === 'string' ? [value] : [];
}
