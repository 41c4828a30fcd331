import { isDeepStrictEqual } from 'node:util';
import type { Column, OvsdbAtom, OvsdbValue, ReplicaRow } from '@driftline/ovsdb';
import { RUN_TIME_COLUMNS, RUN_TIME_KEYS } from './columns.ts';
import { freeChoiceFor, isTagged } from './free-choices.ts';
import { membersOf, type NorthboundView } from './northbound-view.ts';
import { nameRows } from './row-names.ts';

/** A cell for comparing and for reading: sets sorted, maps as objects, references as names. */
export type PictureCell = OvsdbAtom | null | readonly OvsdbAtom[] | Readonly<Record<string, OvsdbAtom>>;
export type PictureRow = Readonly<Record<string, PictureCell>>;

/**
 * A Northbound database without uuids and without what changes at run time: every row of every table, foreign ones
 * included, by `TABLE NAME`. Rows of one name are numbered in the order of what they hold. Two databases that mean the
 * same to OVN have equal pictures.
 */
export type Picture = ReadonlyMap<string, PictureRow>;

export interface PictureOptions {
  /** Of free choices, show only that one was made. */
  readonly withoutFreeChoices?: boolean;
}

export function takePicture(view: NorthboundView, options: PictureOptions = {}): Picture {
  const names = nameRows(view);
  const picture = new Map<string, PictureRow>();
  for (const table of view.tables) {
    const columns = [...(view.columns(table)?.values() ?? [])].filter(
      ({ name }) => RUN_TIME_COLUMNS[table]?.includes(name) !== true,
    );
    const byName = new Map<string, PictureRow[]>();
    for (const row of view.rows(table)) {
      const drawn = draw(view, table, row, columns, names, options);
      const name = names.get(row._uuid) ?? row._uuid;
      const twins = byName.get(name);
      if (twins === undefined) byName.set(name, [drawn]);
      else twins.push(drawn);
    }
    for (const [name, twins] of [...byName].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const ordered = twins.length === 1 ? twins : twins.toSorted(byContent);
      ordered.forEach((row, at) => void picture.set(`${table} ${name}${at === 0 ? '' : ` (${at + 1})`}`, row));
    }
  }
  return picture;
}

function draw(
  view: NorthboundView,
  table: string,
  row: ReplicaRow,
  columns: readonly Column[],
  names: ReadonlyMap<string, string>,
  { withoutFreeChoices = false }: PictureOptions,
): PictureRow {
  const cells: Record<string, PictureCell> = {};
  for (const column of columns) {
    const cell = drawCell(table, row, column, names);
    cells[column.name] = withoutFreeChoices ? withoutChoices(view, table, row, column, cell) : cell;
  }
  // What the switch sees, whichever of the two columns says it.
  if (table === 'Logical_Switch_Port' && isTagged(row))
    cells.vlan = (row.tag_request ?? row.tag ?? null) as PictureCell;
  const chosen = chosenUuid(table, row);
  if (chosen !== undefined) cells._uuid = chosen;
  return cells;
}

function drawCell(table: string, row: ReplicaRow, column: Column, names: ReadonlyMap<string, string>): PictureCell {
  const value: OvsdbValue = row[column.name];
  if (value instanceof Map) {
    const entries = [...value].map(([key, each]) => [String(key), each] as const);
    return Object.fromEntries(entries.filter(([key]) => !RUN_TIME_KEYS.has(`${table}.${column.name}:${key}`)));
  }
  const isReference = column.key.type === 'uuid';
  const members = membersOf(value).map((member) => {
    const atom = member as OvsdbAtom;
    return isReference ? (names.get(String(atom)) ?? 'a row that is not there') : atom;
  });
  if (column.kind === 'set') return members.toSorted();
  return members[0] ?? null;
}

function withoutChoices(
  { release }: NorthboundView,
  table: string,
  row: ReplicaRow,
  { name, kind }: Column,
  cell: PictureCell,
): PictureCell {
  if (kind !== 'map') {
    const choice = freeChoiceFor(release, table, row, name, undefined);
    return choice === undefined ? cell : CHOSEN;
  }
  const entries = { ...(cell as Record<string, OvsdbAtom>) };
  for (const key of Object.keys(entries)) {
    const choice = freeChoiceFor(release, table, row, name, key);
    if (choice === undefined) continue;
    if (choice.between !== undefined) entries[key] = sorted(String(entries[key]), choice.between);
    else if (choice.mayBeAbsent === true) delete entries[key];
    else entries[key] = CHOSEN;
  }
  return entries;
}

const sorted = (text: string, between: string): string => text.split(between).toSorted().join(between);

const CHOSEN = 'free choice';

/** Since 2025.2 Neutron chooses some uuids. That one was chosen is part of the picture, which one is no news. */
function chosenUuid(table: string, row: ReplicaRow): string | undefined {
  if (table === 'Logical_Switch' && row.name === `neutron-${row._uuid}`) return "the network's id";
  const ids = row.external_ids;
  if (table === 'NAT' && ids instanceof Map && ids.get('neutron:fip_id') === row._uuid) return "the floating IP's id";
  return undefined;
}

const byContent = (a: PictureRow, b: PictureRow): number =>
  JSON.stringify(a, plain) < JSON.stringify(b, plain) ? -1 : 1;
const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value);

/** Every difference in words; none means equal. */
export function comparePictures(before: Picture, after: Picture): readonly string[] {
  const found: string[] = [];
  for (const [name, row] of before) {
    const other = after.get(name);
    if (other === undefined) found.push(`${name}: the row is gone`);
    else found.push(...compareRows(name, row, other));
  }
  for (const [name, row] of after) {
    if (!before.has(name)) found.push(`${name}: a row that was not there: ${JSON.stringify(row, plain)}`);
  }
  return found;
}

function* compareRows(name: string, before: PictureRow, after: PictureRow): Iterable<string> {
  for (const column of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[column];
    const is = after[column];
    if (isDeepStrictEqual(was, is)) continue;
    if (isMap(was) && isMap(is)) {
      for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
        if (was[key] !== is[key]) yield `${name}: ${column}:${key} was ${show(was[key])}, is ${show(is[key])}`;
      }
    } else if (Array.isArray(was) && Array.isArray(is)) {
      const lost = was.filter((member) => !is.includes(member));
      const won = is.filter((member) => !was.includes(member));
      yield `${name}: ${column} lost ${show(lost)}, won ${show(won)}`;
    } else {
      yield `${name}: ${column} was ${show(was)}, is ${show(is)}`;
    }
  }
}

const isMap = (cell: PictureCell | undefined): cell is Readonly<Record<string, OvsdbAtom>> =>
  typeof cell === 'object' && cell !== null && !Array.isArray(cell);
const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value, plain));
