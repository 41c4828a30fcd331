import { addKey, changeCell, changeKey, removeKey } from './cell-mutations.ts';
import { NEUTRON_COLUMNS } from './columns.ts';
import { MUTATION_KINDS, type Mutation, type MutationKind, type Mutator } from './mutation.ts';
import { Random } from './random.ts';
import { changeReference, dropReference } from './reference-mutations.ts';
import { deleteRow, duplicateRow, moveRow } from './row-mutations.ts';
import { addStray } from './strays.ts';
import type { World } from './world.ts';

const MUTATORS: Readonly<Record<MutationKind, Mutator>> = {
  'row deleted': deleteRow,
  'row moved': moveRow,
  'row duplicated': duplicateRow,
  'stray row added': addStray,
  'cell changed': changeCell,
  'map key removed': removeKey,
  'map key changed': changeKey,
  'map key added': addKey,
  'reference dropped': dropReference,
  'reference changed': changeReference,
};

const tablesWithRows = (world: World): readonly string[] =>
  Object.keys(NEUTRON_COLUMNS).filter((table) => world.rowsOfAll(table).length > 0);

/** Tables that hold something of Neutron's: all with rows but NB_Global, which may be there for others alone. */
export const mutableTables = (world: World): readonly string[] =>
  tablesWithRows(world).filter((table) =>
    Object.values(MUTATORS).some((mutate) => mutate(world, table, new Random(0)) !== undefined),
  );

/**
 * The mutation number `index` of a campaign. Tables take turns, and in each table the kinds: ten laps over the tables
 * have tried everything. Row, column and value are drawn. It depends on the seed, the number and the deployment's state,
 * and not on what was drawn before: one that was missed can be drawn again alone.
 */
export function drawMutation(world: World, seed: number, index: number): Mutation {
  const tables = tablesWithRows(world);
  const lap = Math.floor(index / tables.length);
  const order = new Random(seed, lap).shuffle(tables);
  for (let step = 0; step < tables.length; step++) {
    const table = order[(index + step) % tables.length] ?? '';
    const kinds = new Random(seed, tables.indexOf(table)).shuffle(MUTATION_KINDS);
    for (let turn = 0; turn < kinds.length; turn++) {
      const kind = kinds[(lap + turn) % kinds.length];
      const mutation = kind && MUTATORS[kind](world, table, new Random(seed, index, step, turn));
      if (mutation !== undefined) return mutation;
    }
  }
  throw new Error('nothing is left that could be mutated');
}
