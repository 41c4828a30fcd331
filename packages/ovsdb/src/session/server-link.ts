import type { Socket } from 'node:net';
import { OvsdbError } from '../errors.ts';
import type { Database } from '../schema/database.ts';
import { encodeOperations } from '../transaction/encode-operations.ts';
import type { Operation } from '../transaction/operations.ts';
import { decodeResults, type TransactResult } from '../transaction/results.ts';
import { formatEndpoint, parseEndpoints } from '../wire/endpoint.ts';
import type { JsonValue } from '../wire/json-value.ts';
import type { MessageLimits } from '../wire/message-decoder.ts';
import { type Lookup, resolveAddresses, type Target } from '../wire/resolve-addresses.ts';
import { RpcConnection } from '../wire/rpc-connection.ts';
import { openStream, type TlsFiles } from '../wire/stream.ts';
import type { Deadline } from './deadline.ts';
import { watchSilence } from './probe.ts';
import { sendTransaction } from './send-transaction.ts';
import { ServerRequests } from './server-requests.ts';

export interface ServerLinkOptions {
  readonly tls?: TlsFiles;
  /** Finds the addresses of a host; the system's resolver, when absent. Each of them is tried. */
  readonly lookup?: Lookup;
  /** To open the stream; 10 000 by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Silence after which the server is asked for a sign of life; 60 000 by default. Zero: never. */
  readonly probeIntervalMs?: number;
  readonly limits?: Partial<MessageLimits>;
  /** What the server sends by itself: updates of monitors asked for with `request`, `locked`, `stolen`, and so on. */
  readonly onNotification?: (method: string, params: readonly JsonValue[]) => void;
}

/**
 * One connection to one server, without a replica and without a second try: for tools, and for what the protocol can
 * do beyond what `OvsdbClient` makes of it. Ends when the connection does.
 */
export class ServerLink extends ServerRequests implements AsyncDisposable {
  readonly #connection: RpcConnection;
  readonly #schemas = new Map<string, Database>();

  private constructor(connection: RpcConnection) {
    super(() => connection);
    this.#connection = connection;
  }

  /** Rejects with OvsdbError `connect-failed`, or `bad-option` for an endpoint or a TLS file. */
  static async open(endpoint: string, options: ServerLinkOptions = {}): Promise<ServerLink> {
    const [target, ...others] = parseEndpoints(endpoint);
    if (target === undefined || others.length > 0) {
      throw new OvsdbError('bad-option', `"${endpoint}" must name exactly one server`);
    }
    const { timeoutMs = 10_000, signal, limits, onNotification = () => {}, probeIntervalMs = 60_000 } = options;
    const limit = AbortSignal.timeout(timeoutMs);
    const over = signal ? AbortSignal.any([signal, limit]) : limit;
    const stream = await openFirst(await resolveAddresses(target, over, options.lookup), options.tls ?? {}, over);
    const connection = new RpcConnection(stream, {
      name: formatEndpoint(target),
      ...(limits && { limits }),
      rowDecoderFor: () => undefined,
      onNotification,
    });
    if (probeIntervalMs > 0) watchSilence(connection, probeIntervalMs, true);
    return new ServerLink(connection);
  }

  /** Resolves with the reason when the link is over; never rejects. */
  get closed(): Promise<OvsdbError> {
    return this.#connection.closed;
  }

  /** Any request, as it goes over the wire; 60 seconds by default. */
  async request(method: string, params: readonly unknown[], deadline: Deadline = {}): Promise<JsonValue> {
    return await this.#connection.request(method, params, { timeoutMs: 60_000, ...deadline });
  }

  /**
   * As `OvsdbClient.transact`, for a database of this server; the schema is read once. There is no replica to hold the
   * changes. When the deadline passes, the transaction is cancelled.
   */
  async transact(
    database: string,
    operations: readonly Operation[],
    deadline: Deadline = {},
  ): Promise<TransactResult[]> {
    const schema = this.#schemas.get(database) ?? (await this.getSchema(database, deadline));
    this.#schemas.set(database, schema);
    const params = [database, ...encodeOperations(schema, operations)];
    const reply = await sendTransaction(this.#connection, params, { timeoutMs: 60_000, ...deadline });
    return decodeResults(schema, operations, reply);
  }

  async close(): Promise<void> {
    this.#connection.close(new OvsdbError('closed', 'the link was closed'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Tries one address after the other; rejects with the last one's reason. */
async function openFirst(targets: readonly Target[], tls: TlsFiles, signal: AbortSignal): Promise<Socket> {
  let reason: unknown;
  for (const target of targets) {
    try {
      return await openStream(target, tls, signal);
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}
