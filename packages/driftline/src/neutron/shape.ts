import { type RawBuilder, sql } from 'kysely';
import type { Engine } from './engines/engine.ts';

/** The tables that exist, each with its columns. */
export type DatabaseShape = ReadonlyMap<string, ReadonlySet<string>>;

type Query = <R>(statement: RawBuilder<R>) => Promise<readonly R[]>;

/** What a shape was read under: the same heads mean the same shape, for only a migration alters tables. */
export interface KnownShape {
  readonly heads: string;
  readonly shape: DatabaseShape;
}

/** Listing all columns costs milliseconds, reading two rows of `alembic_version` next to none: a daemon reads often. */
export async function readShape(engine: Engine, query: Query, known: KnownShape | undefined): Promise<KnownShape> {
  if (known?.shape.has('alembic_version') === true) {
    const heads = await readHeads(query);
    if (heads === known.heads) return known;
  }
  const shape = new Map<string, Set<string>>();
  for (const { table_name, column_name } of await query(engine.listColumns)) {
    const columns = shape.get(table_name);
    if (columns === undefined) shape.set(table_name, new Set([column_name]));
    else columns.add(column_name);
  }
  return { shape, heads: shape.has('alembic_version') ? await readHeads(query) : '' };
}

async function readHeads(query: Query): Promise<string> {
  const rows = await query(sql<{ version_num: string }>`select version_num from alembic_version order by version_num`);
  return rows.map((row) => row.version_num).join(' ');
}
