/**
 * codegen/: from a database's schema to TypeScript types of its rows.
 */
import type { BaseType, Column, Database, Table } from '../schema/database.ts';

export interface GenerateOptions {
  /** The module that row types are built on. */
  readonly importFrom?: string;
}

/**
 * A TypeScript file with, for each table, an interface of its rows as the replica holds them (`LogicalSwitchRow`),
 * and one type that maps table names to them, for `OvsdbClient.connect<...>()`. Columns keep their spelling; what the
 * schema says of a column beyond its type stands in a comment. The same schema always gives the same text.
 */
export function generateTypes(schema: Database, { importFrom = '@driftline/ovsdb' }: GenerateOptions = {}): string {
  const tables = [...schema.tables.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  const index = tables.map((table) => `  readonly ${table.name}: ${rowTypeName(table.name)};`);
  return [
    `// Generated from the schema of ${schema.name} ${schema.version} by @driftline/ovsdb/codegen. Do not edit.`,
    '',
    `import type { ReplicaRow } from '${importFrom}';`,
    '',
    `/** The tables of ${schema.name} ${schema.version} and their rows. */`,
    `export type ${typeName(schema.name)}Tables = {`,
    ...index,
    '};',
    ...tables.flatMap((table) => ['', ...generateTable(table)]),
    '',
  ].join('\n');
}

/** `Logical_Switch` gives `LogicalSwitchRow`; abbreviations stay: `NB_Global` gives `NBGlobalRow`. */
export function rowTypeName(table: string): string {
  return `${typeName(table)}Row`;
}

function typeName(name: string): string {
  return name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function generateTable(table: Table): string[] {
  const columns = [...table.columns.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  return [
    ...comment('', describeTable(table)),
    `export interface ${rowTypeName(table.name)} extends ReplicaRow {`,
    ...columns.flatMap((column) => [
      ...comment('  ', describeColumn(column)),
      `  readonly ${column.name}: ${columnType(column)};`,
    ]),
    '}',
  ];
}

function comment(indent: string, facts: readonly string[]): string[] {
  return facts.length === 0 ? [] : [`${indent}/** ${facts.join(' ')} */`];
}

function describeTable(table: Table): string[] {
  return [
    ...(table.isRoot ? [] : ['Not in the root set: a row vanishes when nothing refers to it strongly.']),
    ...table.indexes.map((columns) => `Unique: ${columns.join(', ')}.`),
    ...(table.maxRows === Infinity ? [] : [`At most ${table.maxRows} row${table.maxRows === 1 ? '' : 's'}.`]),
  ];
}

function describeColumn(column: Column): string[] {
  const size = describeSize(column);
  return [
    ...(size === undefined ? [] : [size]),
    ...describeBase(column.key, column.kind === 'map' ? 'Keys: ' : ''),
    ...(column.value === undefined ? [] : describeBase(column.value, 'Values: ')),
    ...(column.isEphemeral ? ['Ephemeral: not kept across a restart of the server.'] : []),
    ...(column.isMutable ? [] : ['Set on insert only.']),
  ];
}

function describeSize({ kind, min, max }: Column): string | undefined {
  if (kind === 'scalar' || kind === 'optional' || (min === 0 && max === Infinity)) return undefined;
  return max === Infinity ? 'One or more.' : `${min} to ${max}.`;
}

function describeBase(base: BaseType, prefix: string): string[] {
  const facts: string[] = [];
  const { minimum, maximum, minLength, maxLength, refTable, refType } = base;
  if (refTable !== undefined) facts.push(`${refType === 'weak' ? 'weak reference' : 'reference'} to ${refTable}`);
  if (minimum !== undefined && maximum !== undefined) facts.push(`${minimum} to ${maximum}`);
  else if (minimum !== undefined) facts.push(`at least ${minimum}`);
  else if (maximum !== undefined) facts.push(`at most ${maximum}`);
  if (minLength !== undefined) facts.push(`at least ${minLength} characters`);
  if (maxLength !== undefined) facts.push(`at most ${maxLength} characters`);
  if (facts.length === 0) return [];
  const text = `${prefix}${facts.join(', ')}.`;
  return [text.charAt(0).toUpperCase() + text.slice(1)];
}

function columnType(column: Column): string {
  const key = atomType(column.key);
  switch (column.kind) {
    case 'scalar':
      return key;
    case 'optional':
      return `${key} | undefined`;
    case 'set':
      return key.includes(' ') ? `readonly (${key})[]` : `readonly ${key}[]`;
    case 'map':
      return `ReadonlyMap<${key}, ${column.value === undefined ? 'string' : atomType(column.value)}>`;
    default:
      return column.kind satisfies never;
  }
}

function atomType(base: BaseType): string {
  if (base.enum !== undefined) {
    return [...base.enum].map((atom) => (typeof atom === 'string' ? quote(atom) : String(atom))).join(' | ');
  }
  switch (base.type) {
    case 'integer':
      return isWithinDouble(base) ? 'number' : 'number | bigint';
    case 'real':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'string':
    case 'uuid':
      return 'string';
    default:
      return base.type satisfies never;
  }
}

/** Whether the schema keeps the integer where a double is exact. */
function isWithinDouble({ minimum, maximum }: BaseType): boolean {
  const isExact = (limit: number | bigint | undefined) => typeof limit === 'number' && Number.isSafeInteger(limit);
  return isExact(minimum) && isExact(maximum);
}

function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped}'`;
}
