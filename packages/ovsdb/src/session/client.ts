import { OvsdbError } from '../errors.ts';
import { encodeFilter, type RowFilter, type TableFilters } from '../monitor/conditions.ts';
import type { IndexSpec } from '../replica/hash-index.ts';
import { type Replica, ReplicaStore, type TableTypes } from '../replica/replica.ts';
import type { Database } from '../schema/database.ts';
import { checkAgainstReplica } from '../transaction/check-against-replica.ts';
import { encodeOperations } from '../transaction/encode-operations.ts';
import type { Operation } from '../transaction/operations.ts';
import { decodeResults, type TransactResult } from '../transaction/results.ts';
import { parseEndpoints } from '../wire/endpoint.ts';
import type { RpcConnection } from '../wire/rpc-connection.ts';
import { defaultBackoff } from './backoff.ts';
import { type ChangeBatch, type ChangeOf, type ChangeOptions, ChangeStream } from './change-stream.ts';
import { commitFrom } from './commit.ts';
import type { ConnectOptions } from './connect-options.ts';
import { type Deadline, withDeadline } from './deadline.ts';
import { Emitter } from './emitter.ts';
import type { MissingColumns, OvsdbEvents, SessionState } from './events.ts';
import type { LockState } from './lock.ts';
import { sendTransaction } from './send-transaction.ts';
import { ServerRequests } from './server-requests.ts';
import type { DatabaseStatus } from './server-status.ts';
import { Session } from './session.ts';
import { selectShapes, type TableSelection } from './table-selection.ts';
import { untilTrue, within } from './wait-until.ts';

const defaultTransactTimeoutMs = 60_000;

export interface TransactOptions extends Deadline {
  /**
   * What is checked before sending. `schema`, the default: what no server with this schema would take. `replica`: also
   * that strong references lead to rows that are there and that unique indexes would hold, by the tables of which the
   * replica holds every row; it may refuse what a server that is ahead of the replica would take.
   */
  readonly check?: 'schema' | 'replica';
}

/**
 * A live replica of one database, and transactions on it. Generic over the row types that the code generator writes;
 * without them, tables are untyped.
 */
export class OvsdbClient<Tables extends TableTypes = TableTypes> implements AsyncDisposable {
  readonly #database: string;
  readonly #isReadOnly: boolean;
  readonly #replica: ReplicaStore;
  readonly #events = new Emitter<OvsdbEvents>((error, event) => this.#reportListener(error, event));
  readonly #session: Session;
  /** What can be asked of the server of the moment beside its data. */
  readonly server: ServerRequests;
  #missing: readonly MissingColumns[] = [];
  #changeCount = 0;

  private constructor(options: ConnectOptions<Tables>) {
    this.#database = options.database;
    this.#isReadOnly = options.readOnly === true;
    this.#replica = new ReplicaStore();
    const tables = options.tables as TableSelection | undefined;
    for (const name of Object.keys(tables ?? {})) this.#replica.define(name);
    for (const [name, specs] of Object.entries(options.indexes ?? {})) {
      this.#replica.define(name, specs as { readonly [index: string]: IndexSpec });
    }
    for (const [name, listener] of Object.entries(options.on ?? {})) {
      this.#events.on(name as keyof OvsdbEvents, listener as (payload: unknown) => void);
    }
    this.#session = new Session(
      {
        endpoints: parseEndpoints(options.endpoints),
        database: options.database,
        tls: options.tls ?? {},
        lookup: options.lookup,
        lock: options.lock,
        leaderOnly: options.leaderOnly ?? true,
        dbChangeAware: options.dbChangeAware ?? true,
        probeIntervalMs: options.probeIntervalMs ?? 60_000,
        attemptTimeoutMs: options.attemptTimeoutMs ?? 10_000,
        rebuiltAfterMs: options.rebuiltAfterMs ?? 60_000,
        loadSilenceMs: options.loadSilenceMs ?? 180_000,
        backoff: { ...defaultBackoff, ...(options.maxBackoffMs !== undefined && { capMs: options.maxBackoffMs }) },
        limits: options.limits ?? {},
        shapesOf: (schema) => {
          const { shapes, missing } = selectShapes(schema, tables);
          for (const name of shapes.keys()) this.#replica.define(name);
          this.#tellMissing(missing);
          return shapes;
        },
      },
      this.#replica,
      this.#events,
    );
    for (const name of ['update', 'synced'] as const) this.#events.on(name, () => this.#changeCount++);
    this.server = new ServerRequests(() => this.#openConnection(), this.#isReadOnly);
    this.#session.setConditions((options.conditions ?? {}) as TableFilters).catch(() => {});
  }

  /**
   * Resolves when the replica is complete. Tries on until then; rejects with OvsdbError `timeout` or `aborted`, whose
   * cause is the last failure, or `bad-option` at once for what no retry can mend.
   */
  static async connect<Tables extends TableTypes = TableTypes>(
    options: ConnectOptions<Tables>,
  ): Promise<OvsdbClient<Tables>> {
    const client = new OvsdbClient<Tables>(options);
    const { connectTimeoutMs: timeoutMs = 180_000, signal } = options;
    const { promise: hopeless, reject } = Promise.withResolvers<never>();
    let lastReason: OvsdbError | undefined;
    const off = client.on('refused', ({ reason }) => {
      lastReason = reason;
      if (reason.code === 'bad-option') reject(reason);
    });
    client.#session.start();
    try {
      const what = () => `connecting to ${client.#database}${lastReason ? ` (last: ${lastReason.message})` : ''}`;
      const limits = { ...(timeoutMs > 0 && { timeoutMs }), ...(signal && { signal }) };
      await withDeadline(Promise.race([client.#untilSynced(), hopeless]), limits, what, {
        cause: () => lastReason,
        timeoutName: 'connectTimeoutMs',
      });
      return client;
    } catch (error) {
      await client.close();
      throw error;
    } finally {
      off();
    }
  }

  /** Of the server last connected to. */
  get schema(): Database {
    const { schema } = this.#session;
    if (schema === undefined) throw new OvsdbError('not-connected', 'no server has told its schema yet');
    return schema;
  }

  get replica(): Replica<Tables> {
    return this.#replica as unknown as Replica<Tables>;
  }

  /** What the option `tables` names and the server's schema lacks. */
  get missing(): readonly MissingColumns[] {
    return this.#missing;
  }

  get state(): SessionState {
    return this.#session.state;
  }

  /**
   * What the connected server says of the database in `_Server`: its place in the cluster, and how new its data is.
   * Undefined while the link is down, and for a server from before Open vSwitch 2.9.
   */
  get serverStatus(): DatabaseStatus | undefined {
    return this.#session.serverStatus;
  }

  get lockState(): LockState {
    return this.#session.lock.state;
  }

  /** Returns what takes the listener off again. A listener that throws harms nobody else. */
  on<Name extends keyof OvsdbEvents>(name: Name, listener: (payload: OvsdbEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Commits all operations or none. Rejects with an OvsdbError: of the failing operation, or `not-connected` (nothing
   * was sent), or `unknown-outcome` (sent, but the answer never came: look at the replica before trying again).
   * When it resolves, the replica holds what the transaction changed [T5].
   */
  async transact(operations: readonly Operation[], options: TransactOptions = {}): Promise<TransactResult[]> {
    if (this.#isReadOnly) throw new OvsdbError('read-only', 'this client was opened to read only; nothing was sent');
    const connection = this.#session.syncedConnection;
    if (connection === undefined) {
      throw new OvsdbError(
        'not-connected',
        `not in sync with ${this.#database} (${this.state.kind}); nothing was sent`,
      );
    }
    const { schema } = this;
    const encoded = encodeOperations(schema, operations);
    const { check = 'schema', ...deadline } = options;
    if (check === 'replica') {
      checkAgainstReplica(schema, this.#replica, (table) => this.#session.holdsWhole(table), operations);
    }
    const limits = { timeoutMs: defaultTransactTimeoutMs, ...deadline };
    const reply = await sendTransaction(connection, [this.#database, ...encoded], limits);
    return decodeResults(schema, operations, reply, { lock: this.#session.lock.name });
  }

  /**
   * Commits what `build` makes of the replica, and begins anew when somebody else was faster: when a guard did not hold
   * (`wait-failed`), when the database was converted meanwhile (`canceled`), or when there was no complete replica.
   * Between two tries the replica has changed. `build` is called right before each try, in the same turn of the event
   * loop; nothing is sent when it returns no operations.
   *
   * Rejects as `transact` does, `unknown-outcome` included, for every other failure; with what `build` throws; and
   * with `timeout` (60 seconds by default, for all tries together) or `aborted`.
   */
  async commit(
    build: (replica: Replica<Tables>) => readonly Operation[],
    { timeoutMs = defaultTransactTimeoutMs, signal }: Deadline = {},
  ): Promise<TransactResult[]> {
    const expiry = AbortSignal.timeout(timeoutMs);
    const over = signal ? AbortSignal.any([signal, expiry]) : expiry;
    const limits = { signal: over };
    try {
      return await commitFrom(() => build(this.replica), {
        transact: (operations) => this.transact(operations, limits),
        sync: () => this.sync({ timeoutMs, ...limits }),
        changeCount: () => this.#changeCount,
        untilChanged: (since) => {
          const changed = { isTrue: () => this.#changeCount !== since, events: ['update', 'synced'] } as const;
          return within(
            limits,
            () => 'waiting for a change',
            (gone) => untilTrue(this, changed, gone),
          );
        },
      });
    } catch (error) {
      if (!(error instanceof OvsdbError) || error.code !== 'aborted' || signal?.aborted === true) throw error;
      throw new OvsdbError('timeout', `the commit took longer than ${timeoutMs} ms`, { cause: error });
    }
  }

  /**
   * The changes from now on, as an async iterator: one batch for each `update` of which the filters let anything
   * through, in order, each after it was applied. It ends when the client is closed, or the loop is left.
   *
   *     for await (const { changes } of client.changes({ tables: ['Logical_Switch'], kinds: ['insert'] })) ...
   */
  changes<Name extends keyof Tables & string = keyof Tables & string>(
    options: ChangeOptions<Tables, Name> = {},
  ): AsyncIterableIterator<ChangeBatch<ChangeOf<Tables, Name>>, undefined> & AsyncDisposable {
    const stream = new ChangeStream(options as unknown as ChangeOptions, this.#replica);
    stream.onEnd(this.on('update', (batch) => stream.take(batch)));
    stream.onEnd(
      this.on('state', ({ kind }) => {
        if (kind === 'closed') stream.end();
      }),
    );
    if (this.state.kind === 'closed') stream.end();
    return stream as unknown as AsyncIterableIterator<ChangeBatch<ChangeOf<Tables, Name>>, undefined> & AsyncDisposable;
  }

  /**
   * Changes which rows are monitored, live; tables not named stay as they are. When it resolves, the server follows the
   * filters and the replica shows it: rows that have left or entered were told by `update`, as deleted and inserted.
   * While the link is down it waits, and the next connection brings it about.
   *
   * A server that knows neither `monitor_cond` nor `monitor_cond_since` sends every row whatever is asked for: the
   * replica may hold more than the filters say, never less.
   *
   * Rejects with OvsdbError `unknown-table`, `unknown-column` or `bad-value` before anything is changed; `timeout`
   * (60 seconds by default) or `aborted` when waiting ends, the change itself does not; `rpc-error` when the server
   * refuses, and the former filters stand.
   */
  async setConditions(
    filters: { readonly [Name in keyof Tables & string]?: RowFilter },
    { timeoutMs = 60_000, signal }: Deadline = {},
  ): Promise<void> {
    for (const [name, filter] of Object.entries(filters as TableFilters)) {
      this.#replica.table(name);
      const table = this.schema.tables.get(name);
      if (table !== undefined && filter !== undefined) encodeFilter(table, filter);
    }
    const followed = this.#session.setConditions(filters as TableFilters);
    const limits = { timeoutMs, ...(signal && { signal }) };
    await withDeadline(followed, limits, () => `changing the conditions of ${this.#database}`);
  }

  /**
   * A barrier: when it resolves, the replica holds all that the connected server had committed when it was called.
   * Waits for a link that is down; 60 seconds by default.
   */
  async sync({ timeoutMs = 60_000, signal }: Deadline = {}): Promise<void> {
    const deadline = { timeoutMs, ...(signal && { signal }) };
    await within(
      deadline,
      () => `synchronising with ${this.#database}`,
      (over) => this.#passBarrier(over),
    );
  }

  /** Resolves when the replica is complete and live; at once if it is. Without a limit it waits for ever. */
  async untilSynced(deadline: Deadline = {}): Promise<void> {
    await within(
      deadline,
      () => `waiting for ${this.#database} to be in sync`,
      (over) => this.#untilSynced(over),
    );
  }

  /** Resolves when the lock is held; at once if it is. Waits for a link that is down; without a limit, for ever. */
  async waitForLock(deadline: Deadline = {}): Promise<void> {
    const { name } = this.#session.lock;
    if (name === undefined) throw new OvsdbError('bad-option', 'the client has asked for no lock');
    const held = { isTrue: () => this.lockState === 'held', events: ['lock'] } as const;
    await within(
      deadline,
      () => `waiting for lock ${name}`,
      (over) => untilTrue(this, held, over),
    );
  }

  /**
   * Takes the lock from whoever holds it, on the present connection; whoever held it gets it back when this client is
   * closed. For work that can't wait, and that the holder may be interrupted for.
   */
  async stealLock({ timeoutMs = 10_000 }: Deadline = {}): Promise<void> {
    const connection = this.#session.syncedConnection;
    if (connection === undefined) {
      throw new OvsdbError(
        'not-connected',
        `not in sync with ${this.#database} (${this.state.kind}); no lock was taken`,
      );
    }
    await this.#session.lock.steal(connection, timeoutMs);
  }

  /**
   * Asks for the lock, now and on each later connection, as the option `lock` does. Resolves when the server has
   * answered, or at once while the link is down; `lockState` says with what. Rejects with OvsdbError `bad-option`
   * while another lock is wanted: a client has one.
   */
  async requestLock(name: string, { timeoutMs = 10_000 }: Deadline = {}): Promise<void> {
    const { lock, connection } = this.#session;
    if (lock.name === name) return;
    lock.want(name);
    if (connection !== undefined) await lock.request(connection, timeoutMs);
  }

  /**
   * Gives the lock back, or leaves the queue for it, and does not ask for it again. From the call on it does not count
   * as held; when it resolves, the next in the queue has it.
   */
  async unlock({ timeoutMs = 10_000 }: Deadline = {}): Promise<void> {
    await this.#session.lock.unlock(this.#session.connection, timeoutMs);
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #openConnection(): RpcConnection {
    const { connection } = this.#session;
    if (connection !== undefined) return connection;
    throw new OvsdbError('not-connected', `no connection to ${this.#database} (${this.state.kind}); nothing was sent`);
  }

  /** Told when it has changed, not on each connection. */
  #tellMissing(missing: readonly MissingColumns[]): void {
    const isSame = JSON.stringify(missing) === JSON.stringify(this.#missing);
    this.#missing = missing;
    if (!isSame) this.#events.emit('missing', { missing });
  }

  #reportListener(error: unknown, event: keyof OvsdbEvents): void {
    if (event !== 'listenerError' && this.#events.hasListeners('listenerError')) {
      this.#events.emit('listenerError', { event, error });
      return;
    }
    process.emitWarning(`a listener of "${event}" threw: ${error instanceof Error ? error.stack : String(error)}`);
  }

  #untilSynced(signal?: AbortSignal): Promise<void> {
    return untilTrue(this, { isTrue: () => this.#replica.isSynced, events: ['synced'] }, signal);
  }

  async #passBarrier(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#untilSynced(signal);
      const connection = this.#session.syncedConnection;
      // The server sends the updates of all it has committed before it answers (ovsdb/jsonrpc-server.c).
      const isAnswered = await connection?.request('echo', ['sync'], { signal }).then(
        () => true,
        () => false,
      );
      if (isAnswered === true && this.#session.syncedConnection === connection) return;
      if (this.state.kind === 'closed') throw new OvsdbError('closed', 'the client was closed');
    }
  }
}
