import { setTimeout as delay } from 'node:timers/promises';
/**
 * session/: keeping in touch with a database, whatever becomes of one server or connection.
 */
import { describeCause, OvsdbError } from '../errors.ts';
import type { TableFilters } from '../monitor/conditions.ts';
import { Monitor, type SyncResult } from '../monitor/monitor.ts';
import type { ReplicaStore } from '../replica/replica.ts';
import type { RowShape } from '../replica/row.ts';
import type { Database } from '../schema/database.ts';
import { parseSchema } from '../schema/parse-schema.ts';
import { type Endpoint, formatEndpoint } from '../wire/endpoint.ts';
import type { JsonValue } from '../wire/json-value.ts';
import type { MessageLimits } from '../wire/message-decoder.ts';
import { type Lookup, resolveAddresses, type Target } from '../wire/resolve-addresses.ts';
import { RpcConnection } from '../wire/rpc-connection.ts';
import { openStream, type TlsFiles } from '../wire/stream.ts';
import { type BackoffOptions, backoffMs, shuffle } from './backoff.ts';
import type { Emitter } from './emitter.ts';
import type { OvsdbEvents, SessionState } from './events.ts';
import { Freshness } from './freshness.ts';
import { Lock } from './lock.ts';
import { watchSilence } from './probe.ts';
import { type DatabaseStatus, ServerStatus } from './server-status.ts';

export interface SessionOptions {
  readonly endpoints: readonly Endpoint[];
  readonly database: string;
  readonly tls: TlsFiles;
  readonly lookup: Lookup | undefined;
  readonly lock: string | undefined;
  readonly leaderOnly: boolean;
  readonly dbChangeAware: boolean;
  readonly probeIntervalMs: number;
  /** For opening the stream, and for each request before the initial dump. */
  readonly attemptTimeoutMs: number;
  /** How long the server may send nothing at all while it prepares the initial dump. */
  readonly loadSilenceMs: number;
  readonly rebuiltAfterMs: number;
  readonly backoff: BackoffOptions;
  readonly limits: Partial<MessageLimits>;
  readonly shapesOf: (schema: Database) => ReadonlyMap<string, RowShape>;
}

/** A session that ends sooner counts as failed, lest a server that drops us at once be stormed. */
const shortLifeMs = 10_000;

/**
 * Connects, loads, follows, and begins again when the connection ends; until `close`.
 *
 *     connecting --stream open, server suitable--> loading --initial dump applied--> synced
 *         ^   \__ next endpoint at once __________________|________________________________|
 *         |_______ waiting (back-off) <--- a whole round of endpoints in vain
 *
 * Invariants (docs/spec/replica.md):
 * - [S1] At most one connection is alive, and only the present one reaches the replica.
 * - [S2] The replica counts as synced only from the moment a dump or a resumed difference has been applied whole until
 *   that connection ends; no transaction is sent outside that span.
 * - [R8] Changes are told after they were applied, and not before the first complete state.
 * - [S3] The lock is requested once on each connection, before the monitor.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #replica: ReplicaStore;
  readonly #events: Emitter<OvsdbEvents>;
  readonly #monitor: Monitor;
  readonly #lock: Lock;
  readonly #freshness: Freshness;
  readonly #closing = new AbortController();
  #state: SessionState = { kind: 'connecting', endpoint: '' };
  #connection: RpcConnection | undefined;
  #serverStatus: ServerStatus | undefined;
  #schema: Database | undefined;
  #wasSynced = false;
  #running: Promise<void> | undefined;

  constructor(options: SessionOptions, replica: ReplicaStore, events: Emitter<OvsdbEvents>) {
    this.#options = options;
    this.#replica = replica;
    this.#events = events;
    this.#freshness = new Freshness(options.rebuiltAfterMs);
    this.#monitor = new Monitor(options.database, replica);
    this.#lock = new Lock(options.lock, (state) => events.emit('lock', state));
  }

  get state(): SessionState {
    return this.#state;
  }

  get lock(): Lock {
    return this.#lock;
  }

  /** Undefined before the first server has answered. */
  get schema(): Database | undefined {
    return this.#schema;
  }

  /** What the present server says of the database; undefined without one, and of one too old to say. */
  get serverStatus(): DatabaseStatus | undefined {
    return this.#serverStatus?.read();
  }

  /** The present connection, synced or not. */
  get connection(): RpcConnection | undefined {
    return this.#connection;
  }

  /** The connection over which transactions may be sent. */
  get syncedConnection(): RpcConnection | undefined {
    return this.#replica.isSynced ? this.#connection : undefined;
  }

  /** Resolves when the server follows the conditions and the replica shows it, on whatever connection that is. */
  async setConditions(filters: TableFilters): Promise<void> {
    const { conditions } = this.#monitor;
    const version = conditions.set(filters);
    if (this.syncedConnection !== undefined)
      this.#monitor.sendConditions(this.syncedConnection, this.#options.loadSilenceMs);
    await conditions.whenAcknowledged(version);
  }

  /** Whether the replica holds every row of the table. */
  holdsWhole(table: string): boolean {
    return this.#monitor.conditions.isWhole(table);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort(new OvsdbError('closed', 'the client was closed'));
    this.#connection?.close(new OvsdbError('closed', 'the client was closed'));
    this.#monitor.conditions.abandon(new OvsdbError('closed', 'the client was closed'));
    await this.#running;
    if (this.#state.kind !== 'closed') this.#become({ kind: 'closed' });
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let failedRounds = 0;
    while (!signal.aborted) {
      const { livedMs, reason } = await this.#runRound();
      if (signal.aborted) return;
      failedRounds = livedMs >= shortLifeMs ? 1 : failedRounds + 1;
      const delayMs = backoffMs(failedRounds, this.#options.backoff);
      this.#become({ kind: 'waiting', delayMs, reason });
      await delay(delayMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Tries each endpoint until one has been synced; returns how long that lasted, and why it or the last one ended. */
  async #runRound(): Promise<{ livedMs: number; reason: OvsdbError }> {
    let reason = new OvsdbError('connect-failed', 'no endpoint');
    for (const endpoint of shuffle(this.#options.endpoints)) {
      const targets = await this.#resolve(endpoint).catch((error: unknown) => {
        reason = toOvsdbError(error);
        this.#leave(formatEndpoint(endpoint), reason, false);
        return [];
      });
      for (const target of shuffle(targets)) {
        if (this.#closing.signal.aborted) return { livedMs: 0, reason };
        const syncedAt = await this.#attempt(target).catch((error: unknown) => {
          reason = toOvsdbError(error);
          return undefined;
        });
        if (syncedAt !== undefined) return { livedMs: performance.now() - syncedAt.time, reason: syncedAt.reason };
      }
    }
    return { livedMs: 0, reason };
  }

  async #resolve(endpoint: Endpoint): Promise<readonly Target[]> {
    const { attemptTimeoutMs, lookup } = this.#options;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(attemptTimeoutMs)]);
    return await resolveAddresses(endpoint, signal, lookup);
  }

  /** Runs one connection to its end. Resolves if it was ever synced, rejects with the reason if not. */
  async #attempt(target: Target): Promise<{ time: number; reason: OvsdbError }> {
    const name = formatEndpoint(target.endpoint);
    this.#become({ kind: 'connecting', endpoint: name });
    let syncedAt: number | undefined;
    let reason: OvsdbError;
    try {
      const connection = await this.#open(target, name);
      await this.#load(connection);
      syncedAt = performance.now();
      const { probeIntervalMs } = this.#options;
      if (probeIntervalMs > 0) watchSilence(connection, probeIntervalMs, true);
      reason = await connection.closed;
    } catch (error) {
      reason = toOvsdbError(error);
      // Also of a server that will not do, which `#open` throws for.
      this.#connection?.close(reason);
    }
    this.#leave(name, reason, syncedAt !== undefined);
    if (syncedAt === undefined) throw reason;
    return { time: syncedAt, reason };
  }

  async #open(target: Target, name: string): Promise<RpcConnection> {
    const { database, tls, attemptTimeoutMs: timeoutMs, limits } = this.#options;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(timeoutMs)]);
    const stream = await openStream(target, tls, signal);
    const status = new ServerStatus(database);
    const connection: RpcConnection = new RpcConnection(stream, {
      name,
      limits,
      rowDecoderFor: (table, monitorId) =>
        monitorId === status.monitorId ? status.decoderFor(table) : this.#monitor.decoderFor(table),
      onNotification: (method, params) => {
        if (status.takeNotification(method, params)) this.#judge(status);
        else this.#takeNotification(connection, method, params);
      },
    });
    this.#connection = connection;
    // `close` may have come just before there was a connection for it to end.
    this.#closing.signal.throwIfAborted();
    if (await status.start(connection, timeoutMs)) {
      this.#serverStatus = status;
      this.#judge(status);
    }
    const { dbChangeAware } = this.#options;
    if (dbChangeAware) {
      await connection.request('set_db_change_aware', [true], { timeoutMs }).catch(ignoreUnknownMethod);
    }
    await this.#lock.request(connection, timeoutMs);
    return connection;
  }

  /** [S7] Throws when the server will not do; the connection ends then. */
  #judge(server: ServerStatus): void {
    const status = server.read();
    const fault = server.findFault(this.#options.leaderOnly);
    if (status === undefined || fault !== undefined) {
      throw new OvsdbError('unsuitable-server', `the server will not do: ${fault}`);
    }
    const verdict = this.#freshness.judge(status, performance.now());
    if (verdict === 'stale') {
      throw new OvsdbError('unsuitable-server', 'the server will not do: its data is older than what was seen before');
    }
    if (verdict === 'rebuilt') this.#monitor.forget();
  }

  /** From a suitable server to a complete replica; also after the server has cancelled the monitor. */
  async #load(connection: RpcConnection): Promise<void> {
    const { database, attemptTimeoutMs: timeoutMs, loadSilenceMs } = this.#options;
    this.#become({ kind: 'loading', endpoint: connection.name });
    const schema = parseSchema(await connection.request('get_schema', [database], { timeoutMs }));
    const shapes = this.#options.shapesOf(schema);
    this.#monitor.setShapes(shapes, schema.tables);
    const stopWatching = watchSilence(connection, loadSilenceMs, false);
    try {
      const onSynced = (result: SyncResult) => this.#takeSync(connection.name, schema, result);
      await this.#monitor.start(connection, onSynced, { changeTimeoutMs: loadSilenceMs });
    } finally {
      stopWatching();
    }
  }

  #takeSync(endpoint: string, schema: Database, { kind, method, changes }: SyncResult): void {
    const isFirst = !this.#wasSynced;
    this.#schema = schema;
    this.#wasSynced = true;
    this.#replica.isSynced = true;
    this.#become({ kind: 'synced', endpoint });
    this.#events.emit('synced', { endpoint, kind, method });
    if (isFirst) return;
    this.#events.emit('reconnected', { endpoint, kind, method });
    if (changes.length > 0) this.#events.emit('update', { cause: 'resync', changes });
  }

  #takeNotification(connection: RpcConnection, method: string, params: readonly JsonValue[]): void {
    switch (method) {
      case 'locked':
      case 'stolen':
        this.#lock.takeNotification(method, params);
        return;
      case 'monitor_canceled':
        if (params[0] !== this.#monitor.id) return;
        this.#replica.isSynced = false;
        this.#monitor.forget();
        this.#events.emit('monitorCanceled', { endpoint: connection.name });
        this.#load(connection).catch((error: unknown) => connection.close(toOvsdbError(error)));
        return;
      default: {
        const changes = this.#monitor.takeNotification(method, params);
        if (changes !== undefined && changes.length > 0) this.#events.emit('update', { cause: 'transaction', changes });
      }
    }
  }

  #leave(endpoint: string, reason: OvsdbError, wasSynced: boolean): void {
    this.#connection = undefined;
    this.#serverStatus = undefined;
    this.#replica.isSynced = false;
    this.#lock.takeDisconnect();
    if (this.#closing.signal.aborted) return;
    this.#events.emit(wasSynced ? 'disconnected' : 'refused', { endpoint, reason });
  }

  #become(state: SessionState): void {
    this.#state = state;
    this.#events.emit('state', state);
  }
}

function toOvsdbError(error: unknown): OvsdbError {
  return error instanceof OvsdbError
    ? error
    : new OvsdbError('connection-lost', describeCause(error), { cause: error });
}

/** A server older than the method sends no such messages either. */
function ignoreUnknownMethod(error: unknown): void {
  if (!(error instanceof OvsdbError) || error.code !== 'unknown-method') throw error;
}
