import { compareAtoms } from '../schema/compare.ts';
import type { Column, OvsdbAtom, Table } from '../schema/database.ts';
import { defaultValue } from '../schema/decode.ts';
import type { AtomInput, ValueInput } from '../schema/value-input.ts';

/**
 * One string for what a row, read or to be written, has in the columns of a unique index: equal exactly when the server
 * takes the cells for equal. Cells left out count with their defaults. Undefined when a column is not of the table.
 */
export function canonicalKey(
  table: Table,
  columns: readonly string[],
  row: { readonly [column: string]: ValueInput },
): string | undefined {
  const cells: unknown[] = [];
  for (const name of columns) {
    const column = table.columns.get(name);
    if (column === undefined) return undefined;
    cells.push(canonicalCell(column, Object.hasOwn(row, name) ? row[name] : defaultValue(column)));
  }
  return JSON.stringify(cells);
}

function canonicalCell({ kind }: Column, value: ValueInput): unknown {
  if (kind === 'scalar' || kind === 'optional') return value === undefined ? null : canonicalAtom(value as AtomInput);
  if (value instanceof Map) return sortedPairs(value);
  const atoms = [...new Set(value as Iterable<AtomInput>)].map(canonicalAtom);
  return atoms.map((atom) => JSON.stringify(atom)).sort();
}

function sortedPairs(map: ReadonlyMap<OvsdbAtom, AtomInput>): unknown {
  return [...map].sort(([left], [right]) => compareAtoms(left, right)).map((pair) => pair.map(canonicalAtom));
}

/** An integer may come as a number or as a bigint; a named row is none of those that are there. */
function canonicalAtom(atom: AtomInput): unknown {
  if (typeof atom === 'object') return { ref: atom.ref };
  return typeof atom === 'bigint' || Number.isInteger(atom) ? { integer: String(atom) } : atom;
}
