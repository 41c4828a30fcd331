import type { BaseType, Column, Table } from './database.ts';

/** What a schema says of a table beside its columns, a sentence each. */
export function describeTable(table: Table): string[] {
  return [
    ...(table.isRoot ? [] : ['Not in the root set: a row vanishes when nothing refers to it strongly.']),
    ...table.indexes.map((columns) => `Unique: ${columns.join(', ')}.`),
    ...(table.maxRows === Infinity ? [] : [`At most ${table.maxRows} row${table.maxRows === 1 ? '' : 's'}.`]),
  ];
}

/** What a schema says of a column beside its type, a sentence each. */
export function describeColumn(column: Column): string[] {
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
