import type { Atom, ColumnValue, EmbeddedRow } from '../northbound/desired.ts';
import type { Cells } from '../northbound/observed.ts';
import type { Printed, Written, WrittenRow } from './change.ts';

/** Sets compare without order; nothing, an empty set and undefined are the same. */
export function sameValue(found: unknown, wanted: ColumnValue): boolean {
  if (found === wanted) return true;
  if (!Array.isArray(found) && !Array.isArray(wanted)) return false;
  return sameSet(asArray(found), asArray(wanted));
}

export function sameSet(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  if (a.length < 8) return a.every((item) => b.includes(item)) && b.every((item) => a.includes(item));
  const members = new Set(a);
  return members.size === new Set(b).size && b.every((item) => members.has(item));
}

const asArray = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
export const isEmpty = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);

export function print(value: unknown): Printed {
  if (value === undefined) return null;
  return Array.isArray(value) ? ([...value].sort() as Atom[]) : (value as Atom);
}

export const written = (value: ColumnValue): Written => ({
  is: 'value',
  value: value === undefined ? null : Array.isArray(value) ? [...new Set(value as readonly Atom[])] : (value as Atom),
});

export function writtenRow(row: EmbeddedRow): WrittenRow {
  const cells: Record<string, Atom | null | readonly Atom[]> = {};
  for (const column in row) cells[column] = (row[column] as Atom | readonly Atom[] | undefined) ?? null;
  return cells;
}

export function printRow(row: Cells, columns: ReadonlySet<string>): Record<string, Atom | null> {
  const cells: Record<string, Atom | null> = {};
  for (const column of [...columns].sort()) {
    const value = row[column];
    cells[column] = value === undefined ? null : Array.isArray(value) ? value.join(' ') : (value as Atom);
  }
  return cells;
}

export const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
