import type { NeutronDatabase } from '../database.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { mysqlEngine } from './mysql.ts';
import { postgresqlEngine } from './postgresql.ts';
import { sqliteEngine } from './sqlite.ts';

/** Opens nothing yet: the first statement does. */
export function openEngine(database: NeutronDatabase, options: EngineOptions): Engine {
  switch (database.engine) {
    case 'mysql':
      return mysqlEngine(database, options);
    case 'postgresql':
      return postgresqlEngine(database, options);
    case 'sqlite':
      return sqliteEngine(database, options);
    default:
      throw database satisfies never;
  }
}
