import { hostname } from 'node:os';
import {
  type ColumnKind,
  type ConnectOptions,
  type LockState,
  type Operation,
  OvsdbClient,
  OvsdbError,
  type TableTypes,
  type TlsFiles,
  type TransactResult,
} from '@driftline/ovsdb';
import type { OvsdbRemote, OvsdbSettings } from '../config/config.ts';
import type { NorthboundSchema } from '../translate/context.ts';
import type { OVNNorthboundTables } from './northbound.gen.ts';
import type { RowSource } from './observed.ts';
import { COLUMN_POLICIES, EMBEDDED_TABLES, OWNED_TABLES, type OwnedTable, RUNTIME_COLUMNS } from './tables.ts';

/** The lock that Neutron's maintenance workers take, so that of all workers exactly one maintains (law 10). */
export const MAINTENANCE_LOCK = 'ovn_db_inconsistencies_periodics';

/** Between two rounds over the endpoints. Neutron's default of three minutes would leave a cluster that is back unwatched. */
const MOST_BACKOFF_MS = 8_000;

/** The server answers a request for a free lock at once. */
const LOCK_PATIENCE_MS = 500;

export interface SessionOptions {
  /** Told of every endpoint that was tried in vain. */
  readonly onRefused?: (endpoint: string, why: string) => void;
  /** A follower or relay serves as well as the leader: for what is only read, and may be a moment old. */
  readonly anyServer?: boolean;
  /** A session that may not write has no way to: its `transact` throws (law 5). */
  readonly writable: boolean;
  readonly lock?: string;
  /** Tables in which other owners have rows. */
  readonly alsoWatched?: readonly string[];
  readonly signal?: AbortSignal;
}

/** The OVSDB tables and columns that are watched: all but what ovn-northd writes at run time and nobody reads. */
export function watchedTables(
  alsoWatched: readonly string[] = [],
): NonNullable<ConnectOptions<OVNNorthboundTables>['tables']> {
  const tables: Record<string, readonly string[] | 'all'> = {};
  for (const table of alsoWatched) tables[table] = 'all';
  for (const table of [...OWNED_TABLES, ...EMBEDDED_TABLES]) {
    tables[table] = Object.keys(COLUMN_POLICIES[table]).filter((column) => !RUNTIME_COLUMNS.has(`${table}.${column}`));
  }
  return tables as ReturnType<typeof watchedTables>;
}

export function connectRemote<Tables extends TableTypes>(
  database: string,
  remote: OvsdbRemote,
  settings: OvsdbSettings,
  tables: NonNullable<ConnectOptions<Tables>['tables']>,
  options: SessionOptions,
): Promise<OvsdbClient<Tables>> {
  return OvsdbClient.connect<Tables>(remoteOptions(database, remote, settings, tables, options));
}

/** What the configuration says of a connection, in the words of the client. */
export function remoteOptions<Tables extends TableTypes>(
  database: string,
  remote: OvsdbRemote,
  settings: OvsdbSettings,
  tables: NonNullable<ConnectOptions<Tables>['tables']>,
  options: SessionOptions,
): ConnectOptions<Tables> {
  const { tls } = remote;
  return {
    database,
    endpoints: remote.endpoints,
    tables,
    readOnly: !options.writable,
    connectTimeoutMs: settings.connectionTimeoutS * 1000,
    probeIntervalMs: settings.probeIntervalMs,
    maxBackoffMs: Math.min(Math.max(settings.retryMaxIntervalS, 1) * 1000, MOST_BACKOFF_MS),
    ...(tls === undefined ? {} : { tls: tlsFiles(tls) }),
    ...(options.onRefused === undefined
      ? {}
      : { on: { refused: ({ endpoint, reason }) => options.onRefused?.(endpoint, reason.message) } }),
    ...(options.anyServer === true ? { leaderOnly: false } : {}),
    ...(options.lock === undefined ? {} : { lock: options.lock }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}

/** An option that is not set is an empty string in Neutron's configuration. */
function tlsFiles({ caCert, certificate, privateKey }: NonNullable<OvsdbRemote['tls']>): TlsFiles {
  return {
    ...(caCert === '' ? {} : { ca: caCert }),
    ...(certificate === '' ? {} : { certificate }),
    ...(privateKey === '' ? {} : { key: privateKey }),
  };
}

/** A live replica of the Northbound and, where it may write, the way to write it. */
export class NorthboundSession implements AsyncDisposable {
  readonly client: OvsdbClient<OVNNorthboundTables>;
  readonly source: RowSource;
  #described: { readonly of: ServerSchema; readonly schema: NorthboundSchema } | undefined;
  /** When the server gave us the lock that we hold. */
  #lockedSince: string | undefined;

  private constructor(client: OvsdbClient<OVNNorthboundTables>, alsoWatched: readonly string[] | undefined) {
    this.client = client;
    this.#noteLock(client.lockState);
    client.on('lock', (state) => this.#noteLock(state));
    // Replicas know the tables that are watched; of another there is nothing to see.
    const watched = new Set(Object.keys(watchedTables(alsoWatched)));
    this.source = {
      rows: (table) => (watched.has(table) ? client.replica.table(table as OwnedTable).rows.values() : []),
    };
  }

  static async open(settings: OvsdbSettings, options: SessionOptions): Promise<NorthboundSession> {
    const client = await connectRemote<OVNNorthboundTables>(
      'OVN_Northbound',
      settings.northbound,
      settings,
      watchedTables(options.alsoWatched),
      options,
    );
    return new NorthboundSession(client, options.alsoWatched);
  }

  /** The same object as long as the server's schema is the same: after a reconnection it may be another. */
  get schema(): NorthboundSchema {
    const { schema } = this.client;
    if (this.#described?.of !== schema) this.#described = { of: schema, schema: describeSchema(schema) };
    return this.#described.schema;
  }

  transact(operations: readonly Operation[]): Promise<readonly TransactResult[]> {
    return this.client.transact(operations);
  }

  /**
   * Who writes, and by which tenure of the lock: `driftline HOST:PID since 2026-11-22T20:53:11.123Z`. The server's
   * record of transactions (`ovsdb-tool show-log -m`) shows it, so that what several workers did can be told apart.
   */
  get signature(): string {
    const since = this.#lockedSince === undefined ? '' : ` since ${this.#lockedSince}`;
    return `driftline ${hostname()}:${process.pid}${since}`;
  }

  #noteLock(state: LockState): void {
    this.#lockedSince = state === 'held' ? new Date().toISOString() : undefined;
  }

  readonly kindOf = (table: string, column: string): ColumnKind => {
    const kind = this.client.schema.tables.get(table)?.columns.get(column)?.kind;
    if (kind === undefined) throw new OvsdbError('unknown-column', `the server's schema has no ${table}.${column}`);
    return kind;
  };

  /** When it resolves, the replica holds all that the server had committed when it was called. */
  sync(): Promise<void> {
    return this.client.sync();
  }

  /**
   * Holds the lock when it resolves: waits a moment for it, then takes it from the worker that has it, which gets it
   * back when this session ends. Commands that a person started can't wait for a worker that never lets go.
   */
  async takeLock(signal?: AbortSignal): Promise<void> {
    const patience = AbortSignal.timeout(LOCK_PATIENCE_MS);
    const both = signal === undefined ? patience : AbortSignal.any([signal, patience]);
    try {
      await this.client.waitForLock({ signal: both });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      await this.client.stealLock();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client[Symbol.asyncDispose]();
  }
}

type ServerSchema = OvsdbClient<OVNNorthboundTables>['schema'];

function describeSchema({ version, tables }: ServerSchema): NorthboundSchema {
  const column = (table: string, name: string) => tables.get(table)?.columns.get(name);
  return {
    version,
    hasTable: (table) => tables.has(table),
    hasColumn: (table, name) => column(table, name) !== undefined,
    enumOf: (table, name) => [...(column(table, name)?.key.enum ?? [])].map(String),
  };
}
