import type { NeutronReadErrorCode } from './read-error.ts';

interface RetryPolicy {
  /** Retries after the first attempt. */
  readonly retries: number;
  /** Doubled each time. */
  readonly firstDelayMs: number;
}

/** What is worth another attempt inside one call. The rest is for the caller to decide: it knows how long it may wait. */
const policies: Partial<Record<NeutronReadErrorCode, RetryPolicy>> = {
  // Deadlocks and a SQLite file that another process is committing to: MySQL 1213 and 1205, PostgreSQL 40001 and
  // 40P01, SQLITE_BUSY.
  conflict: { retries: 8, firstDelayMs: 20 },
  // A migration alters table after table.
  'inconsistent-snapshot': { retries: 3, firstDelayMs: 500 },
};

/** Before attempt number `attempt` + 1; undefined: do not try again. */
export function retryDelayMs(code: NeutronReadErrorCode, attempt: number): number | undefined {
  const policy = policies[code];
  if (policy === undefined || attempt > policy.retries) return undefined;
  return policy.firstDelayMs * 2 ** (attempt - 1);
}
