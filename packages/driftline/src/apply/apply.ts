import { type Operation, OvsdbError, type TransactResult } from '@driftline/ovsdb';
import { rankOf } from '../plan/order.ts';
import { type Plan, type PlannedTransaction, referenceKey } from '../plan/plan.ts';
import { buildOperations, type Insertion, type RowResolver, UnresolvedReference } from './operations.ts';
import type { Outcome } from './outcome.ts';
import type { KindOf } from './shape.ts';

/** What apply needs of a session that may write. A dry run is given none. */
export interface NorthboundWriter {
  transact(operations: readonly Operation[]): Promise<readonly TransactResult[]>;
  /** The shape of a column in the server's schema. */
  readonly kindOf: KindOf;
}

export interface ApplyOptions {
  /** Asserted by every transaction; undefined where the server has no lock to hold (tests). */
  readonly lock: string | undefined;
  readonly signal?: AbortSignal;
  /** Transactions of one rank under way at once: they don't depend on each other, and each waits for a round trip. */
  readonly concurrency?: number;
  /** Called before the transaction is sent and after it ended: the journal, and progress. */
  readonly onStart?: (transactions: readonly PlannedTransaction[]) => void;
  readonly onOutcomes?: (outcomes: readonly Outcome[]) => void;
}

const DEFAULT_CONCURRENCY = 64;

/**
 * Applies a plan in order. One bad transaction does not stop the others (law 7); a lost lock or connection does,
 * because then nothing that follows could be written safely.
 */
export async function applyPlan(
  plan: Plan,
  writer: NorthboundWriter,
  options: ApplyOptions,
): Promise<readonly Outcome[]> {
  const created = new Map<string, string>();
  const resolver: RowResolver = {
    uuidOf: (table, key) => {
      const reference = referenceKey(table, key);
      return created.get(reference) ?? plan.references[reference];
    },
  };
  const outcomes: Outcome[] = [];
  let halt: string | undefined;
  for (const batch of batches(plan.transactions, options.concurrency ?? DEFAULT_CONCURRENCY)) {
    if (halt === undefined && options.signal?.aborted === true) halt = 'interrupted before it was sent';
    if (halt !== undefined) {
      const why = halt;
      outcomes.push(...batch.map((transaction): Outcome => ({ transaction, is: 'refused', why })));
      continue;
    }
    options.onStart?.(batch);
    const ended = await Promise.all(
      batch.map((transaction) => applyTransaction(transaction, writer, resolver, created, options)),
    );
    options.onOutcomes?.(ended.map(({ outcome }) => outcome));
    for (const { outcome, halts } of ended) {
      outcomes.push(outcome);
      if (halts && outcome.is !== 'applied') halt = `not tried: ${outcome.why}`;
    }
  }
  return outcomes;
}

async function applyTransaction(
  transaction: PlannedTransaction,
  writer: NorthboundWriter,
  resolver: RowResolver,
  created: Map<string, string>,
  { lock }: ApplyOptions,
): Promise<{ outcome: Outcome; halts: boolean }> {
  let insertions: readonly Insertion[] = [];
  try {
    const comment = `driftline: ${transaction.unit.type} ${transaction.unit.id}`;
    const built = buildOperations(transaction.changes, resolver, { lock, comment, kindOf: writer.kindOf });
    insertions = built.insertions;
    const results = await writer.transact(built.operations);
    for (const { operationIndex, table, key } of insertions) {
      const uuid = results[operationIndex]?.uuid;
      if (uuid !== undefined) created.set(referenceKey(table, key), uuid);
    }
    return { outcome: { transaction, is: 'applied' }, halts: false };
  } catch (error) {
    return ending(transaction, error);
  }
}

function ending(transaction: PlannedTransaction, error: unknown): { outcome: Outcome; halts: boolean } {
  if (error instanceof UnresolvedReference) {
    return { outcome: { transaction, is: 'stale', why: error.message }, halts: false };
  }
  if (!(error instanceof OvsdbError)) throw error;
  const why = error.message;
  switch (error.code) {
    case 'wait-failed':
    case 'referential-integrity-violation':
      return { outcome: { transaction, is: 'stale', why: `a row changed since it was read (${why})` }, halts: false };
    case 'unknown-outcome':
      return { outcome: { transaction, is: 'unknown', why }, halts: true };
    case 'not-owner':
      return { outcome: { transaction, is: 'refused', why: 'another worker took the lock' }, halts: true };
    case 'connection-lost':
    case 'not-connected':
    case 'closed':
    case 'aborted':
    case 'timeout':
      return { outcome: { transaction, is: 'refused', why }, halts: true };
    default:
      return { outcome: { transaction, is: 'refused', why }, halts: false };
  }
}

/** Runs of one rank and direction, cut to the concurrency. */
function* batches(
  transactions: readonly PlannedTransaction[],
  concurrency: number,
): Iterable<readonly PlannedTransaction[]> {
  let batch: PlannedTransaction[] = [];
  let rank: string | undefined;
  for (const transaction of transactions) {
    const deletes = transaction.changes.every(({ action }) => action === 'delete');
    const own = `${rankOf(transaction.unit)} ${deletes}`;
    if (batch.length > 0 && (own !== rank || batch.length >= concurrency)) {
      yield batch;
      batch = [];
    }
    rank = own;
    batch.push(transaction);
  }
  if (batch.length > 0) yield batch;
}
