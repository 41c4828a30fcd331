/** Writes a MariaDB dump of Neutron's database as SQL for psql, with the types SQLAlchemy gives Neutron's models there. */
import { type DumpColumn, type DumpTable, type DumpValue, readDump } from './mariadb-dump.ts';

/** Tables, then rows, then keys: the dump is in order of table names, not of references. */
export function writePostgresqlScript(dump: string): string {
  const tables = new Map<string, DumpTable>();
  const creates: string[] = [];
  const copies: string[] = [];
  for (const statement of readDump(dump)) {
    if (statement.kind === 'table') {
      tables.set(statement.table.name, statement.table);
      creates.push(...createTable(statement.table));
      continue;
    }
    const { rows } = statement.rows;
    const table = tables.get(statement.rows.table);
    if (!table) throw new Error(`dump holds rows of ${statement.rows.table} before the table`);
    const lines = rows.map((row) => row.map((value, index) => copyField(value, table.columns[index])).join('\t'));
    copies.push(`COPY "${table.name}" FROM stdin;\n${lines.join('\n')}\n\\.`);
  }
  const all = [...tables.values()];
  const script = [
    ...creates,
    ...copies,
    ...all.flatMap(addKeys),
    ...all.flatMap(addForeignKeys),
    ...all.flatMap(setCounters),
  ];
  return `BEGIN;\n${script.join('\n')}\nCOMMIT;\n`;
}

function createTable(table: DumpTable): string[] {
  const enums = table.columns.filter((column) => column.type === 'enum');
  const lines = table.columns.map((column) => `"${column.name}" ${columnType(table, column)}${columnTail(column)}`);
  return [
    ...enums.map((column) => `CREATE TYPE ${enumName(table, column)} AS ENUM (${column.typeArguments});`),
    `CREATE TABLE "${table.name}" (\n  ${lines.join(',\n  ')}\n);`,
  ];
}

function columnType(table: DumpTable, column: DumpColumn): string {
  switch (column.type) {
    case 'varchar':
    case 'char':
      return `varchar(${column.typeArguments})`;
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return 'text';
    case 'enum':
      return enumName(table, column);
    case 'tinyint':
      return 'boolean';
    case 'int':
    case 'smallint':
      return column.isAutoIncrement ? 'serial' : 'integer';
    case 'bigint':
      return column.isAutoIncrement ? 'bigserial' : 'bigint';
    case 'float':
    case 'double':
      return 'double precision';
    case 'datetime':
    case 'timestamp':
      return 'timestamp without time zone';
    case 'blob':
    case 'varbinary':
      return 'bytea';
    default:
      throw new Error(`no PostgreSQL type is known for MariaDB's ${column.type}`);
  }
}

function enumName(table: DumpTable, column: DumpColumn): string {
  return `"${table.name}_${column.name}"`;
}

function columnTail(column: DumpColumn): string {
  const isNotNull = column.isNullable ? '' : ' NOT NULL';
  if (column.defaultLiteral === undefined) return isNotNull;
  return `${isNotNull} DEFAULT ${defaultLiteral(column.type, column.defaultLiteral)}`;
}

function defaultLiteral(type: string, literal: string): string {
  if (type === 'tinyint') return literal === '0' ? 'false' : 'true';
  return literal === 'current_timestamp()' ? 'CURRENT_TIMESTAMP' : literal;
}

/** The text format of COPY. */
function copyField(value: DumpValue, column: DumpColumn | undefined): string {
  if (value === null) return '\\N';
  if (column?.type === 'tinyint') return value === 0 ? 'f' : 't';
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`;
  return String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}

/** Without names: PostgreSQL keeps them in one space, MariaDB a space for each table. */
function addKeys(table: DumpTable): string[] {
  const add = (kind: string, columns: readonly string[]) =>
    `ALTER TABLE "${table.name}" ADD ${kind} (${list(columns)});`;
  return [
    ...(table.primaryKey.length > 0 ? [add('PRIMARY KEY', table.primaryKey)] : []),
    ...table.uniqueKeys.map((key) => add('UNIQUE', key.columns)),
    ...table.keys.map((key) => `CREATE INDEX ON "${table.name}" (${list(key.columns)});`),
  ];
}

function addForeignKeys(table: DumpTable): string[] {
  return table.foreignKeys.map((key) => {
    const reference = `REFERENCES "${key.table}" (${list(key.references)}) ${key.actions}`;
    return `ALTER TABLE "${table.name}" ADD FOREIGN KEY (${list(key.columns)}) ${reference};`;
  });
}

function setCounters(table: DumpTable): string[] {
  return table.columns
    .filter((column) => column.isAutoIncrement)
    .map(({ name }) => {
      const next = `(SELECT coalesce(max("${name}"), 0) + 1 FROM "${table.name}")`;
      return `SELECT setval(pg_get_serial_sequence('"${table.name}"', '${name}'), ${next}, false);`;
    });
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
