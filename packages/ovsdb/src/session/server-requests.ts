import { OvsdbError } from '../errors.ts';
import type { Database } from '../schema/database.ts';
import { parseSchema } from '../schema/parse-schema.ts';
import { isJsonArray, type JsonValue } from '../wire/json-value.ts';
import type { RpcConnection } from '../wire/rpc-connection.ts';
import type { Deadline } from './deadline.ts';

const defaultTimeoutMs = 60_000;

/**
 * What can be asked of one server beside its data (RFC 7047, section 4.1; ovsdb-server(7), section 4.1). Each request
 * goes to the server of the moment and ends within its deadline, 60 seconds by default.
 *
 * Rejects with OvsdbError: `not-connected` (nothing was sent), `timeout`, `aborted`, `connection-lost`, `unknown-method`
 * from a server that is too old, `unknown-database`, or `rpc-error` with the server's words.
 */
export class ServerRequests {
  readonly #connection: () => RpcConnection;
  readonly #isReadOnly: boolean;

  /** `connection` throws when there is none. */
  constructor(connection: () => RpcConnection, isReadOnly = false) {
    this.#connection = connection;
    this.#isReadOnly = isReadOnly;
  }

  /** The server's answer shows that it is alive and has read all that was sent before; it is what was sent. */
  async echo(payload: readonly JsonValue[] = [], deadline: Deadline = {}): Promise<readonly JsonValue[]> {
    const reply = await this.#request('echo', payload, deadline);
    if (!isJsonArray(reply)) throw malformed('echo');
    return reply;
  }

  /** The names of the databases that the server serves, `_Server` included, in no particular order. */
  async listDatabases(deadline: Deadline = {}): Promise<readonly string[]> {
    const reply = await this.#request('list_dbs', [], deadline);
    if (!isJsonArray(reply)) throw malformed('list_dbs');
    return reply.map(String);
  }

  async getSchema(database: string, deadline: Deadline = {}): Promise<Database> {
    return parseSchema(await this.getSchemaJson(database, deadline));
  }

  /** As the server sends it (RFC 7047, section 3.2), for `convert` or a file. */
  async getSchemaJson(database: string, deadline: Deadline = {}): Promise<JsonValue> {
    return await this.#request('get_schema', [database], deadline);
  }

  /** Made anew each time the server is started: a restart shows by it (ovsdb-server(7), "Get Server Id"). */
  async getServerId(deadline: Deadline = {}): Promise<string> {
    const reply = await this.#request('get_server_id', [], deadline);
    if (typeof reply !== 'string') throw malformed('get_server_id');
    return reply;
  }

  /**
   * Changes a database to another schema, in place (ovsdb-server(7), "Database Schema Conversion"). The data that fits is kept,
   * columns that the new schema lacks are lost. Every monitor of it is cancelled; a replica reads the new schema and
   * is loaded anew.
   *
   * Rejects with `read-only` from a client that is, `rpc-error` when the data does not fit, and `unknown-outcome` when
   * the link is lost or the deadline passes before the answer: look at the schema before trying again.
   */
  async convert(database: string, schema: JsonValue, deadline: Deadline = {}): Promise<void> {
    if (this.#isReadOnly) throw new OvsdbError('read-only', 'this client was opened to read only; nothing was sent');
    parseSchema(schema);
    const connection = this.#connection();
    if (deadline.signal?.aborted) throw new OvsdbError('aborted', 'convert was aborted; nothing was sent');
    try {
      await connection.request('convert', [database, schema], { timeoutMs: defaultTimeoutMs, ...deadline });
    } catch (cause) {
      if (!(cause instanceof OvsdbError) || !openCodes.has(cause.code)) throw cause;
      const message = `convert was sent, but whether ${database} was converted is unknown: ${cause.message}`;
      throw new OvsdbError('unknown-outcome', message, { cause });
    }
  }

  /**
   * Whether this connection outlives databases that come, go and change (ovsdb-server(7), "Database Change
   * Awareness"). A client asks for it by itself on each connection, unless opened with `dbChangeAware: false`.
   */
  async setDbChangeAware(isAware: boolean, deadline: Deadline = {}): Promise<void> {
    await this.#request('set_db_change_aware', [isAware], deadline);
  }

  async #request(method: string, params: readonly unknown[], deadline: Deadline): Promise<JsonValue> {
    return await this.#connection().request(method, params, { timeoutMs: defaultTimeoutMs, ...deadline });
  }
}

const openCodes: ReadonlySet<string> = new Set(['timeout', 'aborted', 'connection-lost', 'closed']);

function malformed(method: string): OvsdbError {
  return new OvsdbError('protocol-error', `malformed reply to ${method}`);
}
