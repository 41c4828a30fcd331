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

/**
 * The mutation number `index` of a campaign. Tables and kinds take turns, so that a campaign of some hundred has tried
 * all of them; row, column and value are drawn. It depends on the seed, the number and the deployment's state, and not
 * on what was drawn before: one that was missed can be drawn again alone.
 */
export function drawMutation(world: World, seed: number, index: number): Mutation {
  const pairs = Object.keys(NEUTRON_COLUMNS)
    .filter((table) => world.rowsOfAll(table).length > 0)
    .flatMap((table) => MUTATION_KINDS.map((kind) => ({ table, kind })));
  const order = new Random(seed, Math.floor(index / pairs.length)).shuffle(pairs);
  for (let step = 0; step < pairs.length; step++) {
    const turn = order[(index + step) % pairs.length];
    const mutation = turn && MUTATORS[turn.kind](world, turn.table, new Random(seed, index, step));
    if (mutation !== undefined) return mutation;
  }
  throw new Error('nothing is left that could be mutated');
}
