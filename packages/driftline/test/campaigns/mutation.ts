import type { Column, Operation, OvsdbAtom, ReplicaRow, RowInput, ValueInput } from '@driftline/ovsdb';
import type { Reference } from './northbound-view.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

export const MUTATION_KINDS = [
  'row deleted',
  'row moved',
  'row duplicated',
  'stray row added',
  'cell changed',
  'map key removed',
  'map key changed',
  'map key added',
  'reference dropped',
  'reference changed',
] as const;
export type MutationKind = (typeof MUTATION_KINDS)[number];

/** One harm done to rows of Neutron's: one transaction. */
export interface Mutation {
  readonly table: string;
  /** The row's name. */
  readonly row: string;
  readonly kind: MutationKind;
  readonly column?: string;
  readonly key?: string;
  /** What was done, in words. */
  readonly what: string;
  readonly operations: readonly Operation[];
  /** Rows that it changes: no other mutation of the batch touches them. */
  readonly touched: readonly string[];
  /** A check tells of it on one of these rows, or creates a row in one of these tables. */
  readonly concerns: { readonly tables: readonly string[]; readonly rows: readonly string[] };
}

/** Finds something to do to a table's rows; undefined where the table offers nothing of the kind. */
export type Mutator = (world: World, table: string, random: Random) => Mutation | undefined;

/** The rows that keep this one alive. */
export const holdersOf = (world: World, row: ReplicaRow): readonly Reference[] =>
  world.view.referrers(row._uuid).filter(({ isStrong }) => isStrong);

/** A reference column whose target lives and dies with it. */
export const isHolding = (world: World, { key }: Column): boolean =>
  key.type === 'uuid' && key.refType !== 'weak' && !world.view.isRoot(key.refTable ?? '');

export function concern(
  world: World,
  table: string,
  rows: readonly ReplicaRow[],
): { tables: readonly string[]; rows: readonly string[] } {
  const holders = rows.flatMap((row) => holdersOf(world, row));
  return {
    tables: [table, ...holders.map((at) => at.table)],
    rows: [...rows.map(({ _uuid }) => _uuid), ...holders.map(({ uuid }) => uuid)],
  };
}

/** A row's cells, to be inserted again. */
export function copyOf(world: World, table: string, row: ReplicaRow): Record<string, ValueInput> {
  const cells: Record<string, ValueInput> = {};
  for (const [name, { isEphemeral }] of world.view.columns(table) ?? []) {
    if (!isEphemeral) cells[name] = row[name] as ValueInput;
  }
  return cells satisfies RowInput;
}

export const show = (value: unknown): string => {
  if (value instanceof Map) return JSON.stringify(Object.fromEntries(value as Map<string, OvsdbAtom>));
  return value === undefined ? 'nothing' : JSON.stringify(value);
};
