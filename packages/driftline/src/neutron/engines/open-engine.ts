import type { NeutronDatabase } from '../database.ts';
import type { Engine, EngineOptions } from './engine.ts';

/** Opens nothing yet: the first statement does. Of the three drivers only the one that is asked for is loaded. */
export async function openEngine(database: NeutronDatabase, options: EngineOptions): Promise<Engine> {
  switch (database.engine) {
    case 'mysql':
      return (await import('./mysql.ts')).mysqlEngine(database, options);
    case 'postgresql':
      return (await import('./postgresql.ts')).postgresqlEngine(database, options);
    case 'sqlite':
      return (await import('./sqlite.ts')).sqliteEngine(database, options);
    default:
      throw database satisfies never;
  }
}
