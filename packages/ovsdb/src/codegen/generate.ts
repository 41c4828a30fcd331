/**
 * codegen/: from a database's schema to TypeScript types of its rows.
 */
import type { BaseType, Column, Database, Table } from '../schema/database.ts';
import { describeColumn, describeTable } from '../schema/describe.ts';

/**
 * A TypeScript file with, for each table, the type of its rows as the replica holds them (`LogicalSwitchRow`),
 * and one type that maps table names to them, for `OvsdbClient.connect<...>()`. Columns keep their spelling; what the
 * schema says of a column beyond its type stands in a comment. The same schema always gives the same text.
 */
export function generateTypes(schema: Database): string {
  const tables = [...schema.tables.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  const index = tables.map((table) => `  readonly ${table.name}: ${rowTypeName(table.name)};`);
  return [
    `// Generated from the schema of ${schema.name} ${schema.version} by @driftline/ovsdb/codegen. Do not edit.`,
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
    // An alias, not an interface: it fits `ReplicaRow` without an index signature, which would take any name for a column.
    `export type ${rowTypeName(table.name)} = {`,
    '  readonly _uuid: string;',
    ...columns.flatMap((column) => [
      ...comment('  ', describeColumn(column)),
      `  readonly ${column.name}: ${columnType(column)};`,
    ]),
    '};',
  ];
}

function comment(indent: string, facts: readonly string[]): string[] {
  return facts.length === 0 ? [] : [`${indent}/** ${facts.join(' ')} */`];
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
