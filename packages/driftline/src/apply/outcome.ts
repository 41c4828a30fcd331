import type { PlannedTransaction } from '../plan/plan.ts';

/**
 * How one transaction ended.
 * - applied: committed.
 * - stale: a guard failed, somebody changed a row since the plan was made; nothing was written. Plan again.
 * - refused: the server, the lock or an earlier ending forbade it; nothing was written.
 * - unknown: the connection was lost after sending; it may have been committed. Planning again tells.
 */
export type Outcome = { readonly transaction: PlannedTransaction } & (
  | { readonly is: 'applied' }
  | { readonly is: 'stale' | 'refused' | 'unknown'; readonly why: string }
);

export type OutcomeKind = Outcome['is'];
