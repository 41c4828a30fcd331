/** What a test asks of a desired row: what would be written, and what is taken for right when it is found. */
import type {
  Absent,
  Atom,
  Cell,
  Choice,
  ColumnValue,
  Dated,
  DesiredRow,
  ObservedLookup,
} from '../../northbound/desired.ts';
import type { OwnedTable } from '../../northbound/tables.ts';

type Want = Atom | undefined | readonly Atom[] | Absent | Choice<never> | Dated<unknown>;
type Beside = Readonly<Record<string, unknown>>;

/** Rows of other tables that choices may look at, by table and key. */
export const observing = (rows: Partial<Record<OwnedTable, Record<string, Beside>>>): ObservedLookup => ({
  row: (table, key) => rows[table]?.[key],
  rowAt: () => undefined,
});
const NOTHING = observing({});
const NO_LOAD = { count: () => 0, total: () => 0, add: () => {} };

/** The cells to insert the row with: maps as objects, references as keys; what stays empty is left out. */
export function inserted(row: DesiredRow, observed: ObservedLookup = NOTHING): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [column, cell] of Object.entries(row.cells)) {
    const value = insertedCell(cell, observed);
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) values[column] = value;
  }
  return values;
}

function insertedCell(cell: Cell, observed: ObservedLookup): unknown {
  switch (cell.is) {
    case 'exact':
      return cell.value;
    case 'dated':
    case 'choice':
      return insertedWant(cell as Want, observed);
    case 'keys': {
      const entries = Object.entries(cell.keys).map(([key, want]) => [key, insertedWant(want as Want, observed)]);
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    case 'refs':
      return cell.keys;
    case 'refs-choice':
      return cell.choice.choose({}, observed, NO_LOAD);
    case 'rows':
      return 'is' in cell.rows ? cell.rows.choose({}, observed, NO_LOAD) : cell.rows;
    default:
      return cell satisfies never;
  }
}

function insertedWant(want: Want, observed: ObservedLookup): unknown {
  if (!isSpoken(want)) return want;
  if (want.is === 'absent') return undefined;
  return want.is === 'dated' ? insertedWant(want.value as Want, observed) : want.choose({}, observed, NO_LOAD);
}

/**
 * `place` is a column, or `column:key` in a map. `history`: an earlier release's shape. `beside` are the other cells of
 * the row that was found.
 */
export function verdict(
  row: DesiredRow,
  place: string,
  found: ColumnValue,
  beside: Beside = {},
): 'right' | 'history' | 'wrong' | 'not ours' {
  const at = place.indexOf(':');
  const cell = row.cells[at === -1 ? place : place.slice(0, at)];
  if (cell === undefined) return 'not ours';
  let want: Want;
  if (at !== -1) {
    if (cell.is !== 'keys') throw new Error(`${place} is in no map`);
    want = cell.keys[place.slice(at + 1)] as Want;
    if (want === undefined) return 'not ours';
  } else if (cell.is === 'exact') want = cell.value;
  else if (cell.is === 'refs') want = cell.keys;
  else if (cell.is === 'refs-choice') want = cell.choice as Want;
  else if (cell.is === 'dated' || cell.is === 'choice') want = cell as Want;
  else throw new Error(`${place} is not one value`);
  if (isSpoken(want) && want.is === 'choice') {
    return want.accepts(found as never, beside, NOTHING) ? 'right' : 'wrong';
  }
  if (isSpoken(want) && want.is === 'dated') {
    if (isSame(found, want.value as Want)) return 'right';
    return want.before.some((before) => isSame(found, before as Want)) ? 'history' : 'wrong';
  }
  return isSame(found, want) ? 'right' : 'wrong';
}

const isSpoken = (want: Want): want is Absent | Choice<never> | Dated<unknown> =>
  typeof want === 'object' && !Array.isArray(want);

function isSame(found: ColumnValue, want: Want): boolean {
  const members = (value: Want | ColumnValue) =>
    value === undefined || isSpoken(value as Want) ? [] : [value].flat().map(String).sort();
  return JSON.stringify(members(found)) === JSON.stringify(members(want));
}
