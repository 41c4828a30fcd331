import { type Operation, OvsdbError, type TransactResult } from '@driftline/ovsdb';
import type { Change } from '../diff/change.ts';
import { rankOf } from '../plan/order.ts';
import { type Plan, type PlannedTransaction, referenceKey } from '../plan/plan.ts';
import { buildOperations, type RowResolver, UnresolvedReference } from './operations.ts';
import type { Outcome } from './outcome.ts';
import type { KindOf } from './shape.ts';

/** What apply needs of a session that may write. A dry run is given none. */
export interface NorthboundWriter {
  transact(operations: readonly Operation[]): Promise<readonly TransactResult[]>;
  /** Who writes: the beginning of every transaction's comment, which the server's record keeps. */
  readonly signature: string;
  /** The shape of a column in the server's schema. */
  readonly kindOf: KindOf;
}

export interface ApplyOptions {
  /** Asserted by every transaction; undefined where the server has no lock to hold (tests). */
  readonly lock: string | undefined;
  readonly signal?: AbortSignal;
  /** Called before transactions are sent and after they ended: the journal, and progress. */
  readonly onStart?: (transactions: readonly PlannedTransaction[]) => void;
  readonly onOutcomes?: (outcomes: readonly Outcome[]) => void;
}

/** Units on their way to the server together. */
const UNITS_IN_A_LOAD = 256;

/** Loads of one rank under way at once: they don't depend on each other, and each waits for a round trip. */
const LANES = 4;

interface Application {
  readonly writer: NorthboundWriter;
  readonly options: ApplyOptions;
  readonly resolver: RowResolver;
  /** By reference key: the uuids of the rows that were created. */
  readonly created: Map<string, string>;
  /** Why nothing more may be sent. */
  halt: string | undefined;
}

/**
 * Applies a plan in order. One bad transaction does not stop the others (law 7); a lost lock or connection does,
 * because then nothing that follows could be written safely. The outcomes are in the order of the plan.
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
  const application: Application = { writer, options, resolver, created, halt: undefined };
  const outcomes: Outcome[] = [];
  for (const stage of stages(plan.transactions)) {
    const waiting = loads(stage).entries();
    const ended: (readonly Outcome[])[] = [];
    const lane = async (): Promise<void> => {
      for (const [index, load] of waiting) ended[index] = await applyLoad(load, application);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    for (const outcome of ended.flat()) outcomes.push(outcome);
  }
  return outcomes;
}

async function applyLoad(load: Load, application: Application): Promise<readonly Outcome[]> {
  const { options } = application;
  if (options.signal?.aborted === true) application.halt ??= 'interrupted before it was sent';
  if (application.halt !== undefined) {
    const why = application.halt;
    return load.transactions.map((transaction) => ({ transaction, is: 'refused', why }));
  }
  options.onStart?.(load.transactions);
  const outcomes =
    (load.creates ? await applyAtOnce(load, application) : undefined) ?? (await applyEach(load, application));
  options.onOutcomes?.(outcomes);
  return outcomes;
}

/**
 * All units of a load in one transaction of the server's, which takes them many times faster than one by one. Rows that
 * are all new take nothing from anybody, so what is atomic together is atomic for each. undefined: it was refused,
 * nothing was written, and each has to be tried by itself (law 7).
 */
async function applyAtOnce({ transactions }: Load, application: Application): Promise<readonly Outcome[] | undefined> {
  const [first] = transactions;
  if (first === undefined || transactions.length === 1) return undefined;
  const changes = transactions.flatMap((transaction) => transaction.changes);
  const what = `${first.unit.type} ${first.unit.id} and ${transactions.length - 1} more`;
  const ending = await write(changes, what, application);
  if (ending.is !== 'applied' && !ending.halts) return undefined;
  return transactions.map((transaction) => outcomeOf(transaction, ending));
}

function applyEach({ transactions }: Load, application: Application): Promise<readonly Outcome[]> {
  return Promise.all(
    transactions.map(async (transaction) => {
      const { type, id } = transaction.unit;
      return outcomeOf(transaction, await write(transaction.changes, `${type} ${id}`, application));
    }),
  );
}

type Ending =
  | { readonly is: 'applied' }
  | { readonly is: 'stale' | 'refused' | 'unknown'; readonly why: string; readonly halts: boolean };

const outcomeOf = (transaction: PlannedTransaction, ending: Ending): Outcome =>
  ending.is === 'applied' ? { transaction, is: 'applied' } : { transaction, is: ending.is, why: ending.why };

async function write(changes: readonly Change[], what: string, application: Application): Promise<Ending> {
  const { writer, options, resolver, created } = application;
  try {
    const comment = `${writer.signature}: ${what}`;
    const built = buildOperations(changes, resolver, { lock: options.lock, comment, kindOf: writer.kindOf });
    const results = await writer.transact(built.operations);
    for (const { operationIndex, table, key } of built.insertions) {
      const uuid = results[operationIndex]?.uuid;
      if (uuid !== undefined) created.set(referenceKey(table, key), uuid);
    }
    return { is: 'applied' };
  } catch (error) {
    const ending = endingOf(error);
    if (ending.halts) application.halt ??= `not tried: ${ending.why}`;
    return ending;
  }
}

function endingOf(error: unknown): Exclude<Ending, { is: 'applied' }> {
  if (error instanceof UnresolvedReference) return { is: 'stale', why: error.message, halts: false };
  if (!(error instanceof OvsdbError)) throw error;
  const why = error.message;
  switch (error.code) {
    case 'wait-failed':
      return { is: 'stale', why: `a row changed since it was read (${why})`, halts: false };
    case 'unknown-outcome':
      return { is: 'unknown', why, halts: true };
    case 'not-owner':
      return { is: 'refused', why: 'another worker took the lock', halts: true };
    case 'connection-lost':
    case 'not-connected':
    case 'closed':
    case 'aborted':
    case 'timeout':
      return { is: 'refused', why, halts: true };
    default:
      return { is: 'refused', why, halts: false };
  }
}

/** Runs of one rank and direction: what is in a later one may refer to what is in an earlier one. */
function* stages(transactions: readonly PlannedTransaction[]): Iterable<readonly PlannedTransaction[]> {
  const kindOf = ({ unit, changes }: PlannedTransaction): string =>
    `${rankOf(unit)} ${changes.every(({ action }) => action === 'delete')}`;
  yield* runs(transactions, kindOf, Number.POSITIVE_INFINITY);
}

/** Units that are journaled together and, where they only create rows, written together. */
interface Load {
  readonly creates: boolean;
  readonly transactions: readonly PlannedTransaction[];
}

function loads(stage: readonly PlannedTransaction[]): readonly Load[] {
  const creates = ({ changes }: PlannedTransaction): boolean => changes.every(({ action }) => action === 'create');
  return [...runs(stage, creates, UNITS_IN_A_LOAD)].map((transactions) => ({
    creates: transactions.every(creates),
    transactions,
  }));
}

/** Cuts where the kind changes and where a run is as long as it may be. */
function* runs<T>(items: readonly T[], kindOf: (item: T) => unknown, longest: number): Iterable<readonly T[]> {
  let run: T[] = [];
  let kind: unknown;
  for (const item of items) {
    const own = kindOf(item);
    if (run.length > 0 && (own !== kind || run.length >= longest)) {
      yield run;
      run = [];
    }
    kind = own;
    run.push(item);
  }
  if (run.length > 0) yield run;
}
