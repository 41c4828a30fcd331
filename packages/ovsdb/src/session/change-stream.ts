import { OvsdbError } from '../errors.ts';
import type { Replica, TableTypes } from '../replica/replica.ts';
import type { RowChange } from '../replica/replica-table.ts';
import { isSameValue } from '../schema/compare.ts';
import type { UpdateBatch } from './events.ts';

export type ChangeKind = 'insert' | 'modify' | 'delete';

/** A change of a row of one of these tables; `table` tells which, and so the type of the row. */
export type ChangeOf<Tables extends TableTypes, Name extends keyof Tables & string> = {
  [Table in Name]: RowChange<Tables[Table]> & { readonly table: Table };
}[Name];

export interface ChangeBatch<Change extends RowChange = RowChange> {
  /**
   * `initial`: all rows of the moment, as inserted. `transaction`, `resync`: as in `UpdateBatch`. `merged`: what several
   * batches came to, since the reader was too slow for each.
   */
  readonly cause: 'initial' | 'transaction' | 'resync' | 'merged';
  /** Never empty. */
  readonly changes: readonly Change[];
}

export interface ChangeOptions<Tables extends TableTypes = TableTypes, Name extends keyof Tables & string = string> {
  /** All monitored tables, when absent. */
  readonly tables?: readonly Name[];
  /** All kinds, when absent. */
  readonly kinds?: readonly ChangeKind[];
  /** A `modify` counts only when it changes one of these columns. */
  readonly columns?: readonly string[];
  /** Looks at what the others have let through. When it throws, the iteration ends with that error. */
  readonly where?: (change: ChangeOf<Tables, Name>) => boolean;
  /** Begin with all rows of the moment, as one batch; false by default. */
  readonly initial?: boolean;
  /** How many batches may wait for the reader; 1024 by default. */
  readonly capacity?: number;
  /**
   * When more would wait: `merge` (the default) folds all that waits into one batch of net changes, which is never
   * larger than the tables; `fail` ends the iteration with OvsdbError `overflow`, after what waits has been read.
   */
  readonly overflow?: 'merge' | 'fail';
  /** Ends the iteration with OvsdbError `aborted`. */
  readonly signal?: AbortSignal;
}

export function kindOf(change: RowChange): ChangeKind {
  if (change.before === undefined) return 'insert';
  return change.after === undefined ? 'delete' : 'modify';
}

type Ending = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly error: unknown };
type Reader = PromiseWithResolvers<IteratorResult<ChangeBatch, undefined>>;

/**
 * The changes of a replica as an async iterator, for one reader. Invariants (docs/spec/replica.md):
 * - [R11] A batch is what the filters let through of one update; never a part of it, never of two unless `merged`.
 * - [R12] What waits is bounded: by `capacity` batches, or by the rows that have changed.
 * - [R13] A reader that is slow, throws or leaves harms neither the replica nor other readers.
 */
export class ChangeStream implements AsyncIterableIterator<ChangeBatch, undefined>, AsyncDisposable {
  readonly #options: ChangeOptions;
  readonly #waiting: ChangeBatch[] = [];
  readonly #readers: Reader[] = [];
  readonly #releases: (() => void)[] = [];
  #ending: Ending | undefined;

  constructor(options: ChangeOptions, replica: Replica) {
    this.#options = options;
    for (const name of options.tables ?? []) replica.table(name);
    const { signal } = options;
    if (signal !== undefined) {
      const abort = () =>
        this.#fail(new OvsdbError('aborted', 'watching for changes was aborted', { cause: signal.reason }));
      signal.addEventListener('abort', abort, { once: true });
      this.#releases.push(() => signal.removeEventListener('abort', abort));
      if (signal.aborted) abort();
    }
    if (options.initial === true) this.take({ cause: 'initial', changes: listRows(replica, options.tables) });
  }

  /** To be called when the stream has ended, whoever ends it. */
  onEnd(release: () => void): void {
    if (this.#ending === undefined) this.#releases.push(release);
    else release();
  }

  take(update: UpdateBatch | ChangeBatch): void {
    if (this.#ending !== undefined) return;
    try {
      const changes = update.changes.filter((change) => this.#accepts(change));
      if (changes.length > 0) this.#deliver({ cause: update.cause, changes });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What waits can still be read; then the iteration is done. */
  end(): void {
    this.#finish({ kind: 'done' });
  }

  async next(): Promise<IteratorResult<ChangeBatch, undefined>> {
    const batch = this.#waiting.shift();
    if (batch !== undefined) return { done: false, value: batch };
    if (this.#ending?.kind === 'failed') {
      const { error } = this.#ending;
      this.#ending = { kind: 'done' };
      throw error;
    }
    if (this.#ending !== undefined) return { done: true, value: undefined };
    const reader: Reader = Promise.withResolvers();
    this.#readers.push(reader);
    return await reader.promise;
  }

  async return(): Promise<IteratorResult<ChangeBatch, undefined>> {
    this.#waiting.length = 0;
    this.#finish({ kind: 'done' });
    this.#ending = { kind: 'done' };
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #accepts(change: RowChange): boolean {
    const { tables, kinds, columns, where } = this.#options;
    if (tables !== undefined && !tables.includes(change.table)) return false;
    if (kinds !== undefined && !kinds.includes(kindOf(change))) return false;
    const { before, after } = change;
    if (columns !== undefined && before !== undefined && after !== undefined) {
      if (columns.every((column) => isSameValue(before[column], after[column]))) return false;
    }
    return where?.(change) ?? true;
  }

  #deliver(batch: ChangeBatch): void {
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: batch });
      return;
    }
    const { capacity = 1024, overflow = 'merge' } = this.#options;
    if (this.#waiting.length < capacity) {
      this.#waiting.push(batch);
    } else if (overflow === 'fail') {
      this.#fail(
        new OvsdbError('overflow', `${capacity} batches of changes wait to be read, and one more has come`),
        true,
      );
    } else {
      const changes = mergeChanges([...this.#waiting, batch]);
      this.#waiting.length = 0;
      if (changes.length > 0) this.#waiting.push({ cause: 'merged', changes });
    }
  }

  #fail(error: unknown, keepsWaiting = false): void {
    if (!keepsWaiting) this.#waiting.length = 0;
    this.#finish({ kind: 'failed', error });
  }

  #finish(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    for (const release of this.#releases.splice(0)) release();
    const [first, ...others] = this.#readers.splice(0);
    for (const reader of others) reader.resolve({ done: true, value: undefined });
    if (first === undefined) return;
    if (ending.kind === 'done') first.resolve({ done: true, value: undefined });
    else {
      this.#ending = { kind: 'done' };
      first.reject(ending.error);
    }
  }
}

function listRows(replica: Replica, tables: readonly string[] = replica.tableNames): RowChange[] {
  return tables.flatMap((table) =>
    [...replica.table(table).rows].map(([uuid, after]) => ({ table, uuid, before: undefined, after })),
  );
}

/** From the first state to the last, by row; what came and went again is left out. */
function mergeChanges(batches: readonly ChangeBatch[]): RowChange[] {
  const merged = new Map<string, RowChange>();
  for (const { changes } of batches) {
    for (const change of changes) {
      const key = `${change.table} ${change.uuid}`;
      const earlier = merged.get(key);
      // Set anew, so that the order is that of the last change.
      merged.delete(key);
      merged.set(key, earlier === undefined ? change : { ...change, before: earlier.before });
    }
  }
  return [...merged.values()].filter(({ before, after }) => before !== undefined || after !== undefined);
}
