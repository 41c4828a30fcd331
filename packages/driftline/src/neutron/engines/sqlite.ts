import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from 'kysely';
import type { NeutronDatabase } from '../database.ts';
import { NeutronReadError } from '../read-error.ts';
import { type Engine, type EngineOptions, type ErrorKind, errorField } from './engine.ts';

type SqliteFile = Extract<NeutronDatabase, { engine: 'sqlite' }>;

/**
 * A file of SQLite's, which others may be writing.
 *
 * In WAL mode a reader never waits and is never waited for. In rollback mode our transaction keeps a writer from
 * committing while it lasts, and one that is committing keeps us from beginning: that is a `conflict`, tried again by
 * the caller, for waiting inside SQLite would stop the whole process.
 */
export function sqliteEngine(database: SqliteFile, options: EngineOptions): Engine {
  return {
    name: 'sqlite',
    dialect: new SqliteDialect({ database: async () => openFile(database.path, options) }),
    beginRead: [
      sql`begin`,
      // BEGIN alone sees nothing yet: the first read takes the snapshot.
      sql`select count(*) as tables from sqlite_master`,
    ],
    beginWrite: sql`begin immediate`,
    listColumns: sql`select m.name as table_name, c.name as column_name
      from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'`,
    classify: classifySqliteError,
    // Every statement ends before the next line runs: there is nothing to break off.
    isBroken: () => false,
    abandon: () => {},
  };
}

function openFile(file: string, { writable }: EngineOptions): SqliteDatabase {
  // SQLite would create it.
  if (!existsSync(file))
    throw new NeutronReadError(
      'no-database',
      `there is no file ${file}; set [database] connection to Neutron's database, by --config-file or OS_DATABASE__CONNECTION`,
    );
  const database = new DatabaseSync(file, { readOnly: !writable, timeout: 0 });
  return {
    close: () => database.close(),
    prepare: (text) => asKyselyStatement(database, text),
  };
}

function asKyselyStatement(database: DatabaseSync, text: string): SqliteStatement {
  const statement = database.prepare(text);
  const bound = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
  return {
    // A statement that answers rows has columns; node:sqlite knows no other sign.
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bound(parameters)),
    run: (parameters) => statement.run(...bound(parameters)),
    iterate: (parameters) => statement.iterate(...bound(parameters)),
  };
}

function classifySqliteError(error: unknown): ErrorKind | undefined {
  const errcode = errorField(error, 'errcode');
  // The low byte is the primary code, the rest tells details.
  switch (typeof errcode === 'number' ? errcode & 0xff : undefined) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return { code: 'conflict', remedy: 'another process is writing the file; try again' };
    case 14: // SQLITE_CANTOPEN
      return { code: 'no-database', remedy: 'may this account read the file and its folder?' };
    case 3: // SQLITE_PERM
    case 8: // SQLITE_READONLY
      return { code: 'auth', remedy: 'may this account write the file?' };
    case 26: // SQLITE_NOTADB
    case 11: // SQLITE_CORRUPT
      return { code: 'not-neutron', remedy: 'the file is not a database, or is damaged' };
    case 17: // SQLITE_SCHEMA
      return { code: 'inconsistent-snapshot', remedy: 'a table was altered meanwhile; read again' };
    default:
      return undefined;
  }
}
