import { connect, isIP, type Socket } from 'node:net';
import { CompiledQuery, MysqlDialect, type MysqlPool, type MysqlPoolConnection, sql } from 'kysely';
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2';
import type { NeutronDatabase } from '../database.ts';
import {
  classifySocketError,
  type Engine,
  type EngineOptions,
  type ErrorKind,
  errorField,
  keepAliveDelayMs,
} from './engine.ts';
import { readTlsFiles } from './tls.ts';

type MysqlDatabase = Extract<NeutronDatabase, { engine: 'mysql' }>;

/** MySQL, MariaDB and their Galera clusters. */
export function mysqlEngine(database: MysqlDatabase, options: EngineOptions): Engine {
  const session = new MysqlSession(() => connectionOptions(database, options));
  return {
    name: 'mysql',
    dialect: new MysqlDialect({
      pool: session,
      onCreateConnection: async (connection) => {
        for (const { statement, mayFailWith } of sessionSetup(options)) {
          try {
            await connection.executeQuery(CompiledQuery.raw(statement));
          } catch (error) {
            if (mayFailWith === undefined || errorField(error, 'errno') !== mayFailWith) throw error;
          }
        }
      },
    }),
    beginRead: [sql`start transaction with consistent snapshot, read only`],
    beginWrite: sql`start transaction read write`,
    // MySQL 8 answers with upper-case names where they are not aliased.
    listColumns: sql`select table_name as table_name, column_name as column_name
      from information_schema.columns where table_schema = database()`,
    classify: classifyMysqlError,
    isBroken: () => session.isBroken,
    abandon: () => session.abandon(),
  };
}

const unknownSystemVariable = 1193;

function sessionSetup({
  writable,
  queryTimeoutMs,
  wsrepSyncWait,
}: EngineOptions): { statement: string; mayFailWith?: number }[] {
  const lockWaitSeconds = Math.max(1, Math.ceil(queryTimeoutMs / 3000));
  return [
    { statement: `set session time_zone = '+00:00'` },
    { statement: `set session sql_mode = 'TRADITIONAL'` },
    { statement: `set session transaction isolation level ${writable ? 'read committed' : 'repeatable read'}` },
    ...(writable ? [] : [{ statement: 'set session transaction read only' }]),
    { statement: `set session innodb_lock_wait_timeout = ${lockWaitSeconds}` },
    { statement: `set session wsrep_sync_wait = ${wsrepSyncWait}`, mayFailWith: unknownSystemVariable },
  ];
}

function connectionOptions(database: MysqlDatabase, { connectTimeoutMs }: EngineOptions): ConnectionOptions {
  const { socketPath, tls, user, password } = database;
  return {
    ...(socketPath === undefined ? { host: database.host, port: database.port } : { socketPath }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    database: database.database,
    connectTimeout: connectTimeoutMs,
    enableKeepAlive: true,
    keepAliveInitialDelay: keepAliveDelayMs,
    // A Date of the driver's would be made with its idea of the server's time zone.
    dateStrings: true,
    ...(tls.mode === 'required' ? { ssl: { ...readTlsFiles(tls), verifyIdentity: tls.verifiesHost } } : {}),
    ...(tls.mode === 'required' && tls.verifiesHost && isIP(database.host) !== 0
      ? { stream: () => connectToAddress(database.host, database.port) }
      : {}),
  };
}

/**
 * Where the host is an address, mysql2 names no server to TLS, and Node then compares the certificate with `_host` of
 * the socket, which it sets for names alone, or else with `localhost`.
 */
function connectToAddress(address: string, port: number): Socket {
  const socket = connect({
    host: address,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveDelayMs,
  });
  return Object.assign(socket, { _host: address });
}

function classifyMysqlError(error: unknown): ErrorKind | undefined {
  switch (errorField(error, 'errno')) {
    case 1045: // ER_ACCESS_DENIED_ERROR
    case 1044: // ER_DBACCESS_DENIED_ERROR
    case 1698: // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
    case 1142: // ER_TABLEACCESS_DENIED_ERROR
      return { code: 'auth', remedy: 'the account needs SELECT on all of the database; check user and password' };
    case 1049: // ER_BAD_DB_ERROR
      return { code: 'no-database', remedy: 'has neutron-db-manage been run against this server?' };
    case 1412: // ER_TABLE_DEF_CHANGED: a migration ran after the snapshot began.
      return { code: 'inconsistent-snapshot', remedy: 'a table was altered meanwhile; read again' };
    case 1213: // ER_LOCK_DEADLOCK; also how Galera refuses a transaction at commit.
    case 1205: // ER_LOCK_WAIT_TIMEOUT
      return { code: 'conflict', remedy: 'another transaction held the rows; try again' };
    case 1040: // ER_CON_COUNT_ERROR
    case 1047: // ER_UNKNOWN_COM_ERROR: a Galera node that is not ready.
    case 1053: // ER_SERVER_SHUTDOWN
    case 1129: // ER_HOST_IS_BLOCKED
    case 1203: // ER_TOO_MANY_USER_CONNECTIONS
    case 1927: // ER_CONNECTION_KILLED
      return { code: 'unreachable', remedy: 'the server does not take sessions now; try again' };
    default:
      return classifySocketError(errorField(error, 'code'));
  }
}

/** Kysely asks for a pool; this one holds a single session, so that it can be told to break exactly that. */
class MysqlSession implements MysqlPool {
  readonly #options: () => ConnectionOptions;
  #connection: Connection | undefined;
  #isBroken = false;

  constructor(options: () => ConnectionOptions) {
    this.#options = options;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  getConnection(callback: (error: unknown, connection: MysqlPoolConnection) => void): void {
    if (this.#connection !== undefined) {
      callback(null, asKyselyConnection(this.#connection));
      return;
    }
    let connection: Connection;
    try {
      connection = createConnection(this.#options());
    } catch (error) {
      callback(error, undefined as never);
      return;
    }
    this.#connection = connection;
    // An idle session that the server ends says so here, and nowhere else.
    connection.on('error', () => this.#break());
    connection.on('end', () => this.#break());
    connection.connect((error) => {
      if (error !== null) this.#break();
      callback(error, asKyselyConnection(connection));
    });
  }

  end(callback: (error: unknown) => void): void {
    if (this.#connection === undefined || this.#isBroken) callback(null);
    else this.#connection.end(() => callback(null));
  }

  abandon(): void {
    this.#break();
    this.#connection?.destroy();
  }

  #break(): void {
    this.#isBroken = true;
  }
}

function asKyselyConnection(connection: Connection): MysqlPoolConnection {
  return Object.assign(connection as unknown as MysqlPoolConnection, { release: () => {} });
}
