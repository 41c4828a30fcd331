import type { AtomInput, ColumnKind, ValueInput } from '@driftline/ovsdb';

/** The shape of a column in the server's schema. */
export type KindOf = (table: string, column: string) => ColumnKind;

/** The same value as the column's kind would have it: one thing alone, or a list of any number. */
export function inShape(kind: ColumnKind, value: AtomInput | null | readonly AtomInput[]): ValueInput {
  const list = value === null ? [] : Array.isArray(value) ? (value as readonly AtomInput[]) : [value as AtomInput];
  return kind === 'set' ? list : list[0];
}
