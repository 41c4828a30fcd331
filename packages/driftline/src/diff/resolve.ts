import type { Atom, Cell, Choice, DesiredRow, EmbeddedRow, KeyWant } from '../northbound/desired.ts';
import type { Cells } from '../northbound/observed.ts';
import type { Written } from './change.ts';
import type { CompareContext } from './compare.ts';
import { isEmpty, written, writtenRow } from './values.ts';

/** The values to insert a desired row with: choices are made, keys that must be absent are left out. */
export function resolveRow(desired: DesiredRow, context: CompareContext): Record<string, Written> {
  const values: Record<string, Written> = {};
  const none: Cells = {};
  for (const column in desired.cells) {
    const cell = desired.cells[column];
    if (cell === undefined || !context.hasColumn(desired.table, column)) continue;
    const value = resolveCell(cell, none, context);
    if (value !== undefined) values[column] = value;
  }
  return values;
}

function resolveCell(cell: Cell, none: Cells, context: CompareContext): Written | undefined {
  switch (cell.is) {
    case 'exact':
    case 'dated':
      return isEmpty(cell.value) ? undefined : written(cell.value);
    case 'choice': {
      const value = cell.choose(none, context.lookup, context.load);
      return isEmpty(value) ? undefined : written(value);
    }
    case 'keys': {
      const entries: Record<string, Atom> = {};
      for (const key in cell.keys) {
        const value = resolveKey(cell.keys[key], none, context);
        if (value !== undefined) entries[key] = value;
      }
      return { is: 'map', entries };
    }
    case 'refs':
      return cell.keys.length === 0 ? undefined : { is: 'refs', table: cell.table, keys: cell.keys };
    case 'refs-choice': {
      const chosen = cell.choice.choose(none, context.lookup, context.load) ?? [];
      return chosen.length === 0 ? undefined : { is: 'refs', table: cell.table, keys: chosen };
    }
    case 'rows': {
      const rows = Array.isArray(cell.rows)
        ? (cell.rows as readonly EmbeddedRow[])
        : ((cell.rows as Choice<readonly EmbeddedRow[]>).choose(none, context.lookup, context.load) ?? []);
      return rows.length === 0 ? undefined : { is: 'rows', table: cell.table, rows: rows.map(writtenRow) };
    }
    default:
      cell satisfies never;
      return undefined;
  }
}

function resolveKey(want: KeyWant | undefined, none: Cells, context: CompareContext): Atom | undefined {
  if (typeof want !== 'object') return want;
  switch (want.is) {
    case 'absent':
      return undefined;
    case 'dated':
      return typeof want.value === 'object' ? undefined : want.value;
    case 'choice':
      return want.choose(none, context.lookup, context.load);
    default:
      want satisfies never;
      return undefined;
  }
}
