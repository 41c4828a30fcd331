import { type Column, type OvsdbAtom, op, type ReplicaRow, type ValueInput } from '@driftline/ovsdb';
import { alterAtom, madeAtom } from './alter.ts';
import { NEUTRON_COLUMNS, RUN_TIME_KEYS, WHOLE_MAPS } from './columns.ts';
import { type FreeChoice, freeChoiceFor, isUnmarked } from './free-choices.ts';
import { concern, type Mutation, type Mutator, show } from './mutation.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** Columns of the table that Neutron writes and the server knows. */
export const columnsOf = (world: World, table: string): readonly Column[] =>
  (NEUTRON_COLUMNS[table] ?? []).flatMap((name) => world.view.columns(table)?.get(name) ?? []);

/** Columns and keys that a row is known by: what others hang on a row goes with the name, so a host keeps it. */
const NAMES: ReadonlySet<string> = new Set(['name', 'subnet_id', 'port_id', 'ip_prefix', 'nexthop', 'ls_name']);

const mayChange = (world: World, table: string, row: ReplicaRow, name: string): boolean =>
  !NAMES.has(name) || !(world.isHost(row._uuid) || isUnmarked(table, row) || lostItsPlace(world, table, row));

/** A DNS row is known by its mark or by the switch that lists it: a batch takes one of the two from it, not both. */
const lostItsPlace = (world: World, table: string, row: ReplicaRow): boolean =>
  table === 'DNS' && world.view.referrers(row._uuid).every(({ uuid }) => !world.isFree(uuid));

const choiceFor = (
  world: World,
  table: string,
  row: ReplicaRow,
  column: string,
  key?: string,
): FreeChoice | undefined => {
  const choice = freeChoiceFor(world.view.release, table, row, column, key);
  return choice?.between === undefined ? choice : undefined;
};

export const changeCell: Mutator = (world, table, random) => {
  const columns = columnsOf(world, table).filter(({ kind, key }) => kind !== 'map' && key.type !== 'uuid');
  return firstOf(random, world.rows(table), columns, (row, column) => {
    if (!mayChange(world, table, row, column.name)) return undefined;
    if (column.name === 'name' && !world.isFree(row._uuid)) return undefined;
    const value = otherValue(world, table, row, column, random);
    if (value === undefined) return undefined;
    return {
      ...about(world, table, row, 'cell changed', column),
      what: `set ${table} ${world.name(row)} ${column.name} from ${show(row[column.name])} to ${show(value.value)}`,
      operations: [op.update(table, row._uuid, { [column.name]: value.value })],
      // Without its name a row may be known by what it holds: a batch takes one of the two from it, not both.
      ...(column.name === 'name' ? { touched: [row._uuid, ...world.view.heldBy(row._uuid)] } : {}),
    };
  });
};

function otherValue(
  world: World,
  table: string,
  row: ReplicaRow,
  column: Column,
  random: Random,
): { readonly value: ValueInput } | undefined {
  const found = row[column.name];
  const choice = choiceFor(world, table, row, column.name);
  if (choice !== undefined) {
    return choice.invalid === undefined || choice.invalid === found ? undefined : { value: choice.invalid };
  }
  if (Array.isArray(found)) return otherSet(column, found, random);
  if (found === undefined) {
    const made = madeAtom(column, random);
    return made === undefined ? undefined : { value: made };
  }
  if (column.kind === 'optional' && random.below(3) === 0) return { value: undefined };
  const altered = alterAtom(column.key, found as OvsdbAtom, random);
  return altered === undefined ? undefined : { value: altered };
}

/** One member gone, one more, or one changed. */
function otherSet(column: Column, found: readonly OvsdbAtom[], random: Random): { value: ValueInput } | undefined {
  const way = random.below(3);
  if (way === 0 && found.length > column.min) {
    const lost = random.pick(found);
    return { value: found.filter((member) => member !== lost) };
  }
  const base = found.length === 0 ? madeAtom(column, random) : alterAtom(column.key, random.pick(found), random);
  if (base === undefined || found.includes(base)) return undefined;
  if (way === 1 || found.length === 0) return { value: [...found, base] };
  const changed = random.pick(found);
  return { value: found.map((member) => (member === changed ? base : member)) };
}

export const removeKey: Mutator = (world, table, random) =>
  firstKey(world, table, random, (row, column, key) => {
    if (choiceFor(world, table, row, column.name, key)?.mayBeAbsent === true) return undefined;
    return {
      ...about(world, table, row, 'map key removed', column, key),
      what: `removed ${table} ${world.name(row)} ${column.name}:${key}`,
      operations: [op.mutate(table, row._uuid, [[column.name, 'delete', [key]]])],
    };
  });

export const changeKey: Mutator = (world, table, random) =>
  firstKey(world, table, random, (row, column, key, value) => {
    const other = otherKeyValue(world, table, row, column, key, value, random);
    if (other === undefined || other === value) return undefined;
    return {
      ...about(world, table, row, 'map key changed', column, key),
      what: `set ${table} ${world.name(row)} ${column.name}:${key} from ${show(value)} to ${show(other)}`,
      operations: [
        op.mutate(table, row._uuid, [
          [column.name, 'delete', [key]],
          [column.name, 'insert', new Map([[key, other]])],
        ]),
      ],
    };
  });

function otherKeyValue(
  world: World,
  table: string,
  row: ReplicaRow,
  column: Column,
  key: string,
  value: OvsdbAtom,
  random: Random,
): OvsdbAtom | undefined {
  if (key === 'neutron:revision_number') {
    // A higher one may be a write of Neutron's that SQL will show in a moment: it is told, and never lowered.
    const revision = Number(value);
    return revision > 0 ? String(random.below(revision)) : undefined;
  }
  const choice = choiceFor(world, table, row, column.name, key);
  if (choice !== undefined) return choice.invalid;
  return column.value === undefined ? undefined : alterAtom(column.value, value, random);
}

/** Only where every key is Neutron's: in a shared map a further key is its owner's business. */
export const addKey: Mutator = (world, table, random) => {
  const columns = columnsOf(world, table).filter(({ name }) => WHOLE_MAPS.has(`${table}.${name}`));
  return firstOf(random, world.rows(table), columns, (row, column) => {
    const found = row[column.name];
    if (!(found instanceof Map)) return undefined;
    const keys = column.key.enum === undefined ? [`drifted-${random.below(1000)}`] : [...column.key.enum];
    const key = keys.find((each) => !found.has(each));
    if (key === undefined || column.value === undefined) return undefined;
    const value = column.value.type === 'integer' ? 1 + random.below(60) : `drifted-${random.below(1000)}`;
    return {
      ...about(world, table, row, 'map key added', column, String(key)),
      what: `added ${table} ${world.name(row)} ${column.name}:${String(key)} = ${show(value)}`,
      operations: [op.mutate(table, row._uuid, [[column.name, 'insert', new Map([[key, value]])]])],
    };
  });
};

type Made = Mutation | undefined;

const about = (
  world: World,
  table: string,
  row: ReplicaRow,
  kind: Mutation['kind'],
  column: Column,
  key?: string,
): Omit<Mutation, 'what' | 'operations'> => ({
  table,
  row: world.name(row),
  kind,
  column: column.name,
  ...(key === undefined ? {} : { key }),
  touched: key === 'ls_name' ? [row._uuid, ...world.view.referrers(row._uuid).map(({ uuid }) => uuid)] : [row._uuid],
  concerns: concern(world, table, [row]),
});

/** Columns first: a column that few rows fill is then drawn as often as the others. */
function firstOf(
  random: Random,
  rows: readonly ReplicaRow[],
  columns: readonly Column[],
  make: (row: ReplicaRow, column: Column) => Made,
): Made {
  for (const column of random.shuffle(columns)) {
    for (const row of random.shuffle(rows)) {
      const made = make(row, column);
      if (made !== undefined) return made;
    }
  }
  return undefined;
}

function firstKey(
  world: World,
  table: string,
  random: Random,
  make: (row: ReplicaRow, column: Column, key: string, value: OvsdbAtom) => Made,
): Made {
  const rows = world.rows(table);
  const seats = new Map<string, { column: Column; key: string; rows: ReplicaRow[] }>();
  for (const column of columnsOf(world, table)) {
    if (column.kind !== 'map') continue;
    for (const row of rows) {
      for (const key of (row[column.name] as ReadonlyMap<string, OvsdbAtom>).keys()) {
        if (!isOfNeutron(world, table, row, column.name, key)) continue;
        // Keys that are data (DNS names, balancers' addresses) share one seat.
        const seat = WHOLE_MAPS.has(`${table}.${column.name}`) ? column.name : `${column.name}:${key}`;
        const taken = seats.get(seat) ?? { column, key, rows: [] };
        taken.rows.push(row);
        seats.set(seat, taken);
      }
    }
  }
  for (const { column, key, rows: having } of random.shuffle([...seats.values()])) {
    const isData = WHOLE_MAPS.has(`${table}.${column.name}`);
    for (const row of random.shuffle(having)) {
      const map = row[column.name] as ReadonlyMap<string, OvsdbAtom>;
      const chosen = isData ? random.pick([...map.keys()]) : key;
      const made = isOfNeutron(world, table, row, column.name, chosen)
        ? make(row, column, chosen, map.get(chosen) as OvsdbAtom)
        : undefined;
      if (made !== undefined) return made;
    }
  }
  return undefined;
}

function isOfNeutron(world: World, table: string, row: ReplicaRow, column: string, key: string): boolean {
  if (RUN_TIME_KEYS.has(`${table}.${column}:${key}`) || world.isForeignKey(row, column, key)) return false;
  if (!mayChange(world, table, row, key)) return false;
  const choice = choiceFor(world, table, row, column, key);
  return choice === undefined || choice.invalid !== undefined;
}
