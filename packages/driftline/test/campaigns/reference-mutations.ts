import { type Column, op, type ReplicaRow } from '@driftline/ovsdb';
import { columnsOf } from './cell-mutations.ts';
import { freeChoiceFor } from './free-choices.ts';
import { concern, isHolding, type Mutation, type Mutator } from './mutation.ts';
import { membersOf } from './northbound-view.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** A reference to a row that lives without it: dropped. */
export const dropReference: Mutator = (world, table, random) =>
  firstReference(world, table, random, (row, column) => {
    const targets = rowsAt(world, row, column).filter(({ _uuid }) => !world.isForeign(_uuid));
    if (targets.length === 0 || mayBeAbsent(world, table, row, column)) return undefined;
    const target = random.pick(targets);
    return {
      ...about(world, table, row, column, target, 'reference dropped'),
      what: `dropped ${column.key.refTable} ${world.name(target)} from ${table} ${world.name(row)} ${column.name}`,
      operations: [op.mutate(table, row._uuid, [[column.name, 'delete', [target._uuid]]])],
    };
  });

/** Turned to another row, or to one where there should be none. */
export const changeReference: Mutator = (world, table, random) =>
  firstReference(world, table, random, (row, column) => {
    const found = new Set(membersOf(row[column.name]).map(String));
    const others = world.rowsOfAll(column.key.refTable ?? '').filter(({ _uuid }) => !found.has(_uuid));
    // Where there may be one or none, putting one into an empty cell may put the right one.
    if (others.length === 0 || (found.size === 0 && mayBeAbsent(world, table, row, column))) return undefined;
    const target = random.pick(others);
    const isSet = column.kind === 'set';
    return {
      ...about(world, table, row, column, target, 'reference changed'),
      what: `${isSet ? 'added' : 'put'} ${column.key.refTable} ${world.name(target)} to ${table} ${world.name(row)} ${column.name}`,
      operations: [
        isSet
          ? op.mutate(table, row._uuid, [[column.name, 'insert', [target._uuid]]])
          : op.update(table, row._uuid, { [column.name]: target._uuid }),
      ],
    };
  });

const mayBeAbsent = (world: World, table: string, row: ReplicaRow, column: Column): boolean =>
  freeChoiceFor(world.view.release, table, row, column.name, undefined)?.mayBeAbsent === true;

const rowsAt = (world: World, row: ReplicaRow, column: Column): readonly ReplicaRow[] =>
  membersOf(row[column.name]).flatMap((uuid) => world.view.row(String(uuid)) ?? []);

function firstReference(
  world: World,
  table: string,
  random: Random,
  make: (row: ReplicaRow, column: Column) => Mutation | undefined,
): Mutation | undefined {
  const columns = columnsOf(world, table).filter((column) => column.key.type === 'uuid' && !isHolding(world, column));
  for (const column of random.shuffle(columns)) {
    for (const row of random.shuffle(world.rows(table))) {
      const made = make(row, column);
      if (made !== undefined) return made;
    }
  }
  return undefined;
}

/** A listed row tells of its listings, so the difference may be reported at either end. */
function about(
  world: World,
  table: string,
  row: ReplicaRow,
  column: Column,
  target: ReplicaRow,
  kind: 'reference dropped' | 'reference changed',
): Omit<Mutation, 'what' | 'operations'> {
  const { tables, rows } = concern(world, table, [row]);
  return {
    table,
    row: world.name(row),
    kind,
    column: column.name,
    touched: [row._uuid, target._uuid],
    concerns: { tables: [...tables, column.key.refTable ?? ''], rows: [...rows, target._uuid] },
  };
}
