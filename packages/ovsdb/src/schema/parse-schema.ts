import { OvsdbError } from '../errors.ts';
import { JsonReader } from '../wire/json-reader.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../wire/json-value.ts';
import type { AtomType, BaseType, Column, ColumnKind, Database, OvsdbAtom, Table } from './database.ts';

/** Reads the text of an `.ovsschema` file. */
export function parseSchemaText(text: string): Database {
  const reader = new JsonReader().reset(Buffer.from(text));
  const value = reader.readValue();
  reader.expectEnd();
  return parseSchema(value);
}

/** Reads a `<database-schema>` (RFC 7047, section 3.2), as `get_schema` returns it. */
export function parseSchema(value: JsonValue): Database {
  const schema = objectAt(value, 'schema');
  const tables = objectAt(schema.tables, 'schema.tables');
  const hasRootTables = Object.values(tables).some((table) => isJsonObject(table) && table.isRoot === true);
  const name = schema.name;
  if (typeof name !== 'string') throw bad('schema.name', 'must be a string');
  return {
    name,
    version: typeof schema.version === 'string' ? schema.version : '0.0.0',
    cksum: typeof schema.cksum === 'string' ? schema.cksum : undefined,
    tables: new Map(
      Object.entries(tables).map(([table, definition]) => [table, parseTable(table, definition, hasRootTables)]),
    ),
  };
}

function parseTable(name: string, value: JsonValue, hasRootTables: boolean): Table {
  assertIdentifier(name);
  const table = objectAt(value, name);
  const columns = Object.entries(objectAt(table.columns, `${name}.columns`)).map(([column, definition]) => {
    assertIdentifier(column);
    if (column.startsWith('_')) throw bad(`${name}.${column}`, 'a name that starts with "_" is reserved');
    return parseColumn(column, definition, `${name}.${column}`);
  });
  const indexes = table.indexes ?? [];
  if (!isJsonArray(indexes)) throw bad(`${name}.indexes`, 'must be an array');
  return {
    name,
    columns: new Map(columns.map((column) => [column.name, column])),
    indexes: indexes.map((index) => {
      if (!isJsonArray(index)) throw bad(`${name}.indexes`, 'must hold arrays of columns');
      return index.map(String);
    }),
    // A schema older than `isRoot` has it nowhere; then every table is in the root set.
    isRoot: hasRootTables ? table.isRoot === true : true,
    maxRows: typeof table.maxRows === 'number' ? table.maxRows : Infinity,
  };
}

function parseColumn(name: string, value: JsonValue, where: string): Column {
  const definition = objectAt(value, where);
  const type: JsonValue | undefined = definition.type;
  const parts: JsonObject = typeof type === 'string' ? { key: type } : objectAt(type, `${where}.type`);
  const { min = 1, max = 1 } = parts;
  if (min !== 0 && min !== 1) throw bad(`${where}.type.min`, 'must be 0 or 1');
  if (max !== 'unlimited' && !(typeof max === 'number' && max >= 1)) {
    throw bad(`${where}.type.max`, 'must be a positive integer or "unlimited"');
  }
  const limit = max === 'unlimited' ? Infinity : max;
  return {
    name,
    kind: kindOf(parts.value !== undefined, min, limit),
    key: parseBaseType(parts.key, `${where}.type.key`),
    ...(parts.value !== undefined && { value: parseBaseType(parts.value, `${where}.type.value`) }),
    min,
    max: limit,
    isEphemeral: definition.ephemeral === true,
    isMutable: definition.mutable !== false,
  };
}

function kindOf(isMap: boolean, min: 0 | 1, max: number): ColumnKind {
  if (isMap) return 'map';
  if (max > 1) return 'set';
  return min === 1 ? 'scalar' : 'optional';
}

function parseBaseType(value: JsonValue | undefined, where: string): BaseType {
  if (typeof value === 'string') return { type: atomType(value, where) };
  const base = objectAt(value, where);
  const type = atomType(base.type, `${where}.type`);
  const minimum = base.minInteger ?? base.minReal;
  const maximum = base.maxInteger ?? base.maxReal;
  return {
    type,
    ...(base.enum !== undefined && { enum: parseEnum(base.enum, `${where}.enum`) }),
    ...(isNumber(minimum) && { minimum }),
    ...(isNumber(maximum) && { maximum }),
    ...(typeof base.minLength === 'number' && { minLength: base.minLength }),
    ...(typeof base.maxLength === 'number' && { maxLength: base.maxLength }),
    ...(typeof base.refTable === 'string' && {
      refTable: base.refTable,
      refType: base.refType === 'weak' ? 'weak' : 'strong',
    }),
  };
}

function isNumber(value: JsonValue | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function parseEnum(value: JsonValue, where: string): ReadonlySet<OvsdbAtom> {
  const items = isJsonArray(value) && value[0] === 'set' ? value[1] : [value];
  if (!isJsonArray(items)) throw bad(where, 'must be a set');
  return new Set(items.map((item) => (isJsonArray(item) ? String(item[1]) : (item as OvsdbAtom))));
}

const atomTypes: ReadonlySet<string> = new Set(['integer', 'real', 'boolean', 'string', 'uuid'] satisfies AtomType[]);

function atomType(value: JsonValue | undefined, where: string): AtomType {
  if (typeof value !== 'string' || !atomTypes.has(value))
    throw bad(where, `must be one of ${[...atomTypes].join(', ')}`);
  return value as AtomType;
}

/** RFC 7047, section 3.1, `<id>`. */
export const identifierPattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

function assertIdentifier(name: string): void {
  if (!identifierPattern.test(name)) throw bad(name, 'is not an identifier');
}

function objectAt(value: JsonValue | undefined, where: string): JsonObject {
  if (!isJsonObject(value)) throw bad(where, 'must be an object');
  return value;
}

function bad(where: string, problem: string): OvsdbError {
  return new OvsdbError('bad-schema', `${where} ${problem}`);
}
