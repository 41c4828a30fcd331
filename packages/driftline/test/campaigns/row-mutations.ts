import { type Operation, op, type ReplicaRow } from '@driftline/ovsdb';
import { isUnmarked } from './free-choices.ts';
import { concern, copyOf, holdersOf, isHolding, type Mutator } from './mutation.ts';
import { membersOf } from './northbound-view.ts';
import type { World } from './world.ts';

/** Out of the sets that hold it, and deleted where that is not enough; references that are weak go by themselves. */
export const deleteRow: Mutator = (world, table, random) => {
  const rows = world
    .rows(table)
    .filter((row) => table !== 'NB_Global' && !world.isHost(row._uuid) && world.isFree(row._uuid) && mayGo(world, row));
  if (rows.length === 0) return undefined;
  const row = random.pick(rows);
  const operations: Operation[] = holdersOf(world, row).map((at) =>
    op.mutate(at.table, at.uuid, [[at.column, 'delete', [row._uuid]]]),
  );
  if (world.view.isRoot(table)) operations.push(op.delete(table, row._uuid));
  const held = [...world.view.heldBy(row._uuid)];
  return {
    table,
    row: world.name(row),
    kind: 'row deleted',
    what: `deleted ${table} ${world.name(row)}${held.length === 0 ? '' : `, and the ${held.length} rows it held`}`,
    operations,
    touched: [row._uuid, ...held],
    concerns: concern(world, table, [row]),
  };
};

/** A set that must not be empty keeps its last member. */
const mayGo = (world: World, row: ReplicaRow): boolean =>
  holdersOf(world, row).every(({ table, column, uuid }) => {
    const min = world.view.columns(table)?.get(column)?.min ?? 0;
    return min === 0 || membersOf(world.view.row(uuid)?.[column]).length > 1;
  });

/** Into the set of another parent of the same table. */
export const moveRow: Mutator = (world, table, random) => {
  for (const row of random.shuffle(world.rows(table))) {
    const [from, ...others] = holdersOf(world, row);
    if (from === undefined || others.length > 0 || world.isHost(row._uuid) || !mayGo(world, row)) continue;
    if (isUnmarked(table, row)) continue;
    const column = world.view.columns(from.table)?.get(from.column);
    if (column === undefined || !isHolding(world, column) || column.kind !== 'set') continue;
    const parents = world.rowsOfAll(from.table).filter(({ _uuid }) => _uuid !== from.uuid && world.isFree(_uuid));
    if (parents.length === 0) continue;
    const to = random.pick(parents);
    return {
      table,
      row: world.name(row),
      kind: 'row moved',
      what: `moved ${table} ${world.name(row)} to ${from.table} ${world.name(to)}`,
      operations: [
        op.mutate(from.table, from.uuid, [[from.column, 'delete', [row._uuid]]]),
        op.mutate(from.table, to._uuid, [[from.column, 'insert', [row._uuid]]]),
      ],
      touched: [row._uuid, ...world.view.heldBy(row._uuid)],
      concerns: {
        tables: concern(world, table, [row]).tables,
        rows: [...concern(world, table, [row]).rows, to._uuid],
      },
    };
  }
  return undefined;
};

/** The same content under another uuid, listed wherever the original is. Where names are unique there is no such thing. */
export const duplicateRow: Mutator = (world, table, random) => {
  if (world.view.hasUniqueIndex(table)) return undefined;
  const rows = world
    .rows(table)
    .filter((row) => table !== 'NB_Global' && !world.isHost(row._uuid) && world.isFree(row._uuid));
  if (rows.length === 0) return undefined;
  const row = random.pick(rows);
  const operations: Operation[] = [op.insert(table, copyOf(world, table, row), { namedUuid: 'copy' })];
  for (const at of world.view.referrers(row._uuid)) {
    if (world.view.columns(at.table)?.get(at.column)?.kind !== 'set') continue;
    operations.push(op.mutate(at.table, at.uuid, [[at.column, 'insert', [{ ref: 'copy' }]]]));
  }
  return {
    table,
    row: world.name(row),
    kind: 'row duplicated',
    what: `inserted ${table} ${world.name(row)} a second time`,
    operations,
    touched: [row._uuid, ...world.view.heldBy(row._uuid)],
    concerns: concern(world, table, [row]),
  };
};
