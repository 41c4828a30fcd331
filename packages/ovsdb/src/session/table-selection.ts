import { RowShape } from '../replica/row.ts';
import type { Database } from '../schema/database.ts';
import type { MissingColumns } from './events.ts';

/** Columns to monitor, by table. */
export interface TableSelection {
  readonly [table: string]: readonly string[] | 'all';
}

/** What of the selection the server has, and what it lacks: servers older and newer than the caller both serve. */
export function selectShapes(
  schema: Database,
  selection: TableSelection | undefined,
): { shapes: ReadonlyMap<string, RowShape>; missing: readonly MissingColumns[] } {
  const wanted = selection ?? Object.fromEntries([...schema.tables.keys()].map((table) => [table, 'all' as const]));
  const shapes = new Map<string, RowShape>();
  const missing: MissingColumns[] = [];
  for (const [name, columns] of Object.entries(wanted)) {
    const table = schema.tables.get(name);
    if (table === undefined) {
      missing.push({ table: name, columns: undefined });
      continue;
    }
    const absent =
      columns === 'all' ? [] : columns.filter((column) => column !== '_uuid' && !table.columns.has(column));
    if (absent.length > 0) missing.push({ table: name, columns: absent });
    shapes.set(name, new RowShape(table, columns === 'all' ? [...table.columns.keys()] : columns));
  }
  return { shapes, missing };
}
