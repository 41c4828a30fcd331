import { OvsdbError, type OvsdbErrorCode } from '../errors.ts';
import type { Operation } from '../transaction/operations.ts';
import type { TransactResult } from '../transaction/results.ts';

/** What is needed of a client to commit what is computed from its replica. */
export interface Committer {
  readonly transact: (operations: readonly Operation[]) => Promise<TransactResult[]>;
  readonly sync: () => Promise<void>;
  /** Counts up with each change of the replica, and each time it has become complete. */
  readonly changeCount: () => number;
  readonly untilChanged: (since: number) => Promise<void>;
}

/**
 * Nothing was changed, and the same work computed anew from a newer replica may succeed. `unknown-outcome` is not
 * among them: doing it again might do it twice.
 */
const retriableCodes: ReadonlySet<OvsdbErrorCode> = new Set(['wait-failed', 'canceled', 'not-connected']);

export function isRetriable(error: unknown): error is OvsdbError {
  return error instanceof OvsdbError && retriableCodes.has(error.code);
}

/**
 * Builds, commits, and builds anew when the replica was behind, or not to be had, until it succeeds or fails for good.
 *
 * [T4] It never tries the same again: between two tries the replica has changed (`TXN_TRY_AGAIN` of the C client). So
 * a guard that can't come true waits for the database to change, and does not spin.
 */
export async function commitFrom(build: () => readonly Operation[], committer: Committer): Promise<TransactResult[]> {
  for (;;) {
    const builtAt = committer.changeCount();
    try {
      const operations = build();
      return operations.length === 0 ? [] : await committer.transact(operations);
    } catch (error) {
      if (!isRetriable(error)) throw error;
    }
    // What beat us may not have come yet.
    await committer.sync();
    if (committer.changeCount() === builtAt) await committer.untilChanged(builtAt);
  }
}
