import { isDeepStrictEqual } from 'node:util';
import type { ReplicaRow } from '../../src/index.ts';

/** What the client said of a transaction. */
export type Outcome = 'committed' | 'unknown' | 'executed twice' | { readonly failed: string };

/** The shelf whose visits each transaction raises by one. */
export const counter = 'counter';

type Rows = ReadonlyMap<string, ReplicaRow>;

export interface Seen {
  /** What another implementation reads from the cluster. */
  readonly truth: Rows;
  /** The replicas of both clients. */
  readonly watcher: Rows;
  readonly writer: Rows;
  /** What the changes that the watcher was told add up to. */
  readonly told: Rows;
  /** By the name of the shelf that the transaction was to make. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/**
 * 1. The replicas equal what another implementation reads from the cluster.
 * 2. The changes that were told lead to the same content.
 * 3. A transaction that the client called committed is there, one that it called failed is not, and each that is there
 *    is there whole and once: the counter equals their number.
 */
export function findViolations({ truth, watcher, writer, told, outcomes }: Seen): string[] {
  const violations: string[] = [];
  if (!isDeepStrictEqual(watcher, truth)) violations.push('the replica of the watcher differs from the server');
  if (!isDeepStrictEqual(writer, truth)) violations.push('the replica of the writer differs from the server');
  if (!isDeepStrictEqual(told, watcher)) violations.push('the changes that were told do not add up to the replica');
  const shelves = new Map([...truth.values()].map((row) => [String(row.name), row]));
  let present = 0;
  for (const [name, outcome] of outcomes) {
    if (shelves.has(name)) present++;
    if (outcome === 'committed' && !shelves.has(name)) violations.push(`${name} was committed, and is not there`);
    if (typeof outcome === 'object' && shelves.has(name)) {
      violations.push(`${name} had failed (${outcome.failed}), and is there`);
    }
  }
  const counted = shelves.get(counter)?.visits;
  if (counted !== present)
    violations.push(`${present} transactions are there, and the counter says ${String(counted)}`);
  return violations;
}
