import { CompiledQuery, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely';
import pg from 'pg';
import type { NeutronDatabase } from '../database.ts';
import {
  classifySocketError,
  type Engine,
  type EngineOptions,
  type ErrorKind,
  errorField,
  keepAliveDelayMs,
  tlsFailure,
} from './engine.ts';
import { readTlsFiles } from './tls.ts';

type PostgresqlDatabase = Extract<NeutronDatabase, { engine: 'postgresql' }>;

export function postgresqlEngine(database: PostgresqlDatabase, options: EngineOptions): Engine {
  const session = new PostgresqlSession(() => clientConfig(database, options), database.tls.mode === 'preferred');
  return {
    name: 'postgresql',
    dialect: new PostgresDialect({
      pool: session,
      onCreateConnection: async (connection) => {
        const setup = [
          `set time zone 'UTC'`,
          `set default_transaction_read_only = ${options.writable ? 'off' : 'on'}`,
          `set statement_timeout = ${options.queryTimeoutMs}`,
        ];
        for (const statement of setup) await connection.executeQuery(CompiledQuery.raw(statement));
      },
    }),
    beginRead: [
      sql`begin isolation level repeatable read read only`,
      // BEGIN alone sees nothing yet: the first statement takes the snapshot.
      sql`select 1`,
    ],
    beginWrite: sql`begin isolation level read committed read write`,
    listColumns: sql`select table_name::text as table_name, column_name::text as column_name
      from information_schema.columns where table_schema = any (current_schemas(false))`,
    classify: classifyPostgresqlError,
    isBroken: () => session.isBroken,
    abandon: () => session.abandon(),
  };
}

function clientConfig(database: PostgresqlDatabase, { connectTimeoutMs }: EngineOptions): pg.ClientConfig {
  const { tls, user, password } = database;
  return {
    host: database.host,
    port: database.port,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    database: database.database,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveDelayMs,
    application_name: 'driftline',
    types: { getTypeParser: textParser },
    ...(tls.mode === 'required'
      ? { ssl: { ...readTlsFiles(tls), ...(tls.verifiesHost ? {} : { checkServerIdentity: () => undefined }) } }
      : {}),
    // libpq does not try TLS over a socket file.
    ...(tls.mode === 'preferred' && !database.host.startsWith('/') ? { ssl: { rejectUnauthorized: false } } : {}),
  };
}

const timestampTypes: readonly number[] = [pg.types.builtins.TIMESTAMP, pg.types.builtins.TIMESTAMPTZ];
const numberTypes: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC];

/** Times stay text; counters and sums become numbers (they are far below 2 ** 53). */
const textParser: typeof pg.types.getTypeParser = (type: number, format?: unknown) => {
  if (timestampTypes.includes(type)) return String;
  if (numberTypes.includes(type)) return Number;
  return pg.types.getTypeParser(type, format as 'text');
};

function classifyPostgresqlError(error: unknown): ErrorKind | undefined {
  const code = errorField(error, 'code');
  switch (code) {
    case '28P01': // invalid_password
    case '28000': // invalid_authorization_specification
    case '42501': // insufficient_privilege
      return { code: 'auth', remedy: 'the account needs SELECT on all tables; check user, password and pg_hba.conf' };
    case '3D000': // invalid_catalog_name
      return { code: 'no-database', remedy: 'has neutron-db-manage been run against this server?' };
    case '57014': // query_canceled
      return { code: 'timeout', remedy: 'the server took too long over one statement' };
    case '40001': // serialization_failure
    case '40P01': // deadlock_detected
    case '55P03': // lock_not_available
      return { code: 'conflict', remedy: 'another transaction held the rows; try again' };
    case '57P01': // admin_shutdown
    case '57P02': // crash_shutdown
    case '57P03': // cannot_connect_now
    case '53300': // too_many_connections
      return { code: 'unreachable', remedy: 'the server does not take sessions now; try again' };
    default:
      if (error instanceof Error && error.message === noTls) return tlsFailure;
      if (error instanceof Error && /^Connection terminated|timeout expired/.test(error.message)) {
        return { code: 'unreachable', remedy: 'the connection broke; was the server restarted?' };
      }
      return classifySocketError(code);
  }
}

/** What the driver says when a server answers N to its request for TLS. */
const noTls = 'The server does not support SSL connections';

/** Kysely asks for a pool; this one holds a single session, so that it can be told to break exactly that. */
class PostgresqlSession implements PostgresPool {
  readonly options = {};
  readonly #config: () => pg.ClientConfig;
  readonly #maySpeakPlain: boolean;
  #client: pg.Client | undefined;
  #isBroken = false;

  /** @param maySpeakPlain a server that does not know TLS is spoken to without */
  constructor(config: () => pg.ClientConfig, maySpeakPlain: boolean) {
    this.#config = config;
    this.#maySpeakPlain = maySpeakPlain;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  async connect(): Promise<PostgresPoolClient> {
    if (this.#client !== undefined) return this.#asKyselyClient(this.#client);
    const config = this.#config();
    try {
      return await this.#open(config);
    } catch (error) {
      if (this.#maySpeakPlain && error instanceof Error && error.message === noTls) {
        return this.#open({ ...config, ssl: false });
      }
      this.#break();
      throw error;
    }
  }

  async #open(config: pg.ClientConfig): Promise<PostgresPoolClient> {
    const client = new pg.Client(config);
    this.#client = client;
    let isUp = false;
    // An idle session that the server ends says so here, and nowhere else.
    client.on('error', () => isUp && this.#break());
    client.on('end', () => isUp && this.#break());
    await client.connect();
    isUp = true;
    return this.#asKyselyClient(client);
  }

  async end(): Promise<void> {
    if (!this.#isBroken) await this.#client?.end();
  }

  /** `end` tells the server politely, and destroys the socket when a statement is under way. */
  abandon(): void {
    this.#break();
    this.#client?.end().catch(() => {});
  }

  #asKyselyClient(client: pg.Client): PostgresPoolClient {
    return Object.assign(client as unknown as PostgresPoolClient, {
      release: (isSpoilt?: boolean) => {
        if (isSpoilt === true) this.abandon();
      },
    });
  }

  #break(): void {
    this.#isBroken = true;
  }
}
