/** Loads a MariaDB dump of Neutron's database into SQLite, with the types SQLAlchemy gives Neutron's models there. */
import { DatabaseSync } from 'node:sqlite';
import { type DumpColumn, type DumpTable, readDump } from './mariadb-dump.ts';

export function loadIntoSqlite(dump: string, databaseFile: string): void {
  // The dump is in order of table names, not of references.
  using database = new DatabaseSync(databaseFile, { enableForeignKeyConstraints: false });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN');
  for (const statement of readDump(dump)) {
    if (statement.kind === 'table') {
      for (const sql of createTable(statement.table)) database.exec(sql);
      continue;
    }
    const { table, rows } = statement.rows;
    const width = rows[0]?.length ?? 0;
    const insert = database.prepare(`INSERT INTO "${table}" VALUES (${Array(width).fill('?').join(', ')})`);
    for (const row of rows) insert.run(...row);
  }
  database.exec('COMMIT');
}

function createTable(table: DumpTable): string[] {
  const lines = table.columns.map(
    (column) =>
      `"${column.name}" ${countsUp(column, table) ? 'INTEGER PRIMARY KEY AUTOINCREMENT' : columnType(column) + columnTail(column)}`,
  );
  const hasCounter = table.columns.some((column) => countsUp(column, table));
  if (!hasCounter && table.primaryKey.length > 0) lines.push(`PRIMARY KEY (${list(table.primaryKey)})`);
  for (const key of table.uniqueKeys) lines.push(`CONSTRAINT "${key.name}" UNIQUE (${list(key.columns)})`);
  for (const key of table.foreignKeys) {
    lines.push(
      `FOREIGN KEY (${list(key.columns)}) REFERENCES "${key.table}" (${list(key.references)}) ${key.actions}`.trim(),
    );
  }
  return [
    `CREATE TABLE "${table.name}" (\n  ${lines.join(',\n  ')}\n)`,
    // SQLite's index names share one space, MariaDB's are the table's own.
    ...table.keys.map((key) => `CREATE INDEX "${table.name}__${key.name}" ON "${table.name}" (${list(key.columns)})`),
  ];
}

function columnType(column: DumpColumn): string {
  switch (column.type) {
    case 'varchar':
    case 'char':
      return `VARCHAR(${column.typeArguments})`;
    case 'enum':
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return 'TEXT';
    case 'tinyint':
      return 'BOOLEAN';
    case 'int':
    case 'smallint':
      return 'INTEGER';
    case 'bigint':
      return 'BIGINT';
    case 'float':
    case 'double':
      return 'FLOAT';
    case 'datetime':
    case 'timestamp':
      return 'DATETIME';
    case 'blob':
    case 'varbinary':
      return 'BLOB';
    default:
      throw new Error(`no SQLite type is known for MariaDB's ${column.type}`);
  }
}

function columnTail(column: DumpColumn): string {
  const isNotNull = column.isNullable ? '' : ' NOT NULL';
  if (column.defaultLiteral === undefined) return isNotNull;
  const isNow = column.defaultLiteral === 'current_timestamp()';
  return `${isNotNull} DEFAULT ${isNow ? 'CURRENT_TIMESTAMP' : column.defaultLiteral}`;
}

/** SQLite counts up only a lone column that is declared INTEGER PRIMARY KEY, with these very words. */
function countsUp(column: DumpColumn, table: DumpTable): boolean {
  return column.isAutoIncrement && table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
