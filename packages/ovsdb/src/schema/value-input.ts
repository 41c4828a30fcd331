import type { OvsdbAtom } from './database.ts';

/** Stands for the row that an `insert` of the same transaction named. */
export interface NamedRef {
  readonly ref: string;
}

export type AtomInput = OvsdbAtom | NamedRef;

/** A cell to write: the shape that the replica shows it in, and a set may also come as a Set. */
export type ValueInput =
  | AtomInput
  | undefined
  | readonly AtomInput[]
  | ReadonlySet<AtomInput>
  | ReadonlyMap<OvsdbAtom, AtomInput>;
