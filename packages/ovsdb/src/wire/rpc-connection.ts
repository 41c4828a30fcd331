import type { Duplex } from 'node:stream';
import { describeCause, OvsdbError } from '../errors.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, stringifyJson } from './json-value.ts';
import { type DecodeRow, MessageDecoder, type MessageDecoderOptions } from './message-decoder.ts';

export interface RpcConnectionOptions extends Pick<MessageDecoderOptions, 'limits'> {
  /** For messages and errors. */
  readonly name: string;
  /** For the rows of a table in the updates of the monitor with this id. */
  readonly rowDecoderFor: (table: string, monitorId: JsonValue) => DecodeRow | undefined;
  readonly onNotification: (method: string, params: readonly JsonValue[]) => void;
}

export interface RequestOptions {
  /** From sending to reply. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with the reply before the next message is looked at, unlike the promise. What it throws rejects the
   * promise. Needed where a notification may follow the reply in the same chunk.
   */
  readonly onReply?: (result: JsonValue) => void;
  /** For the rows of a table in the reply. Only one request at a time may have it: a reply tells its id too late. */
  readonly rowDecoderFor?: (table: string) => DecodeRow | undefined;
}

/**
 * A JSON-RPC 1.0 session over one stream (RFC 7047, section 4). Lives as long as the stream; never reconnects.
 *
 * Invariants (docs/spec/replica.md):
 * - [W4] After `close`, no callback of this connection is ever called: an old connection cannot feed the replica.
 * - [W5] Each request ends: with its reply, at its deadline, or with the connection.
 * - An error thrown by a callback, and any malformed byte, closes the connection with that error.
 */
export class RpcConnection {
  readonly name: string;
  /** Resolves with the reason when the connection is over; never rejects. */
  readonly closed: Promise<OvsdbError>;
  readonly #stream: Duplex;
  readonly #decoder: MessageDecoder;
  readonly #onNotification: RpcConnectionOptions['onNotification'];
  readonly #pending = new Map<number, PendingRequest>();
  readonly #resolveClosed: (reason: OvsdbError) => void;
  #replyRowDecoderFor: RequestOptions['rowDecoderFor'];
  #nextId = 1;
  #reason: OvsdbError | undefined;
  #lastReceivedAt = performance.now();
  #bytesReceived = 0;

  constructor(stream: Duplex, options: RpcConnectionOptions) {
    this.name = options.name;
    this.#stream = stream;
    this.#onNotification = options.onNotification;
    this.#decoder = new MessageDecoder({
      ...options,
      rowDecoderFor: (table, monitorId) =>
        monitorId === undefined ? this.#replyRowDecoderFor?.(table) : options.rowDecoderFor(table, monitorId),
      onMessage: (message) => this.#receive(message),
    });
    ({ promise: this.closed, resolve: this.#resolveClosed } = Promise.withResolvers<OvsdbError>());
    stream.on('data', (chunk: Buffer) => this.#consume(chunk));
    stream.on('error', (cause) => this.#lose(`connection to ${this.name} failed: ${cause.message}`, cause));
    stream.on('end', () => this.#lose(`${this.name} closed the connection`));
    stream.on('close', () => this.#lose(`connection to ${this.name} was closed`));
  }

  /** On the clock of `performance.now()`. */
  get lastReceivedAt(): number {
    return this.#lastReceivedAt;
  }

  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  get isClosed(): boolean {
    return this.#reason !== undefined;
  }

  request(method: string, params: readonly unknown[], options: RequestOptions = {}): Promise<JsonValue> {
    return this.start(method, params, options).reply;
  }

  /** As `request`, for callers that need the id, to cancel it. */
  start(
    method: string,
    params: readonly unknown[],
    options: RequestOptions = {},
  ): { id: number; reply: Promise<JsonValue> } {
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<JsonValue>();
    const { timeoutMs, signal, onReply, rowDecoderFor } = options;
    if (this.#reason !== undefined || signal?.aborted) {
      reject(this.#reason ?? new OvsdbError('aborted', `${method} was aborted`, { cause: signal?.reason }));
      return { id, reply: promise };
    }
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            fail(new OvsdbError('timeout', `${this.name} did not answer ${method} within ${timeoutMs} ms`));
          }, timeoutMs);
    const abort = () => fail(new OvsdbError('aborted', `${method} was aborted`, { cause: signal?.reason }));
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#pending.delete(id);
      if (rowDecoderFor !== undefined) this.#replyRowDecoderFor = undefined;
    };
    const fail = (error: unknown) => {
      settle();
      reject(error);
    };
    const succeed = (result: JsonValue) => {
      settle();
      try {
        onReply?.(result);
      } catch (error) {
        reject(error);
        throw error;
      }
      resolve(result);
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (rowDecoderFor !== undefined) this.#replyRowDecoderFor = rowDecoderFor;
    this.#pending.set(id, { method, succeed, fail });
    this.#send({ method, params, id });
    return { id, reply: promise };
  }

  notify(method: string, params: readonly unknown[]): void {
    this.#send({ method, params, id: null });
  }

  close(reason: OvsdbError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#stream.removeAllListeners('data');
    this.#stream.destroy();
    for (const request of [...this.#pending.values()]) request.fail(reason);
    this.#resolveClosed(reason);
  }

  #lose(message: string, cause?: unknown): void {
    this.close(new OvsdbError('connection-lost', message, { cause }));
  }

  #send(message: object): void {
    if (this.#reason === undefined) this.#stream.write(stringifyJson(message));
  }

  #consume(chunk: Buffer): void {
    if (this.#reason !== undefined) return;
    this.#lastReceivedAt = performance.now();
    this.#bytesReceived += chunk.length;
    try {
      this.#decoder.push(chunk);
    } catch (cause) {
      const message = `${this.name}: ${describeCause(cause)}`;
      const code = cause instanceof OvsdbError ? cause.code : 'protocol-error';
      this.close(new OvsdbError(code, message, { cause }));
    }
  }

  #receive(message: JsonObject): void {
    if (this.#reason !== undefined) return;
    const { id = null, method, params = [], result = null, error = null } = message;
    if (typeof method === 'string') {
      if (!isJsonArray(params)) throw new OvsdbError('protocol-error', `params of ${method} must be an array`);
      if (id === null) this.#onNotification(method, params);
      else this.#answer(method, params, id);
      return;
    }
    const request = typeof id === 'number' ? this.#pending.get(id) : undefined;
    // A reply nobody waits for any more: its deadline has passed.
    if (request === undefined) return;
    if (error === null) request.succeed(result);
    else request.fail(toRpcError(this.name, request.method, error));
  }

  #answer(method: string, params: readonly JsonValue[], id: JsonValue): void {
    if (method === 'echo') this.#send({ id, result: params, error: null });
    else this.#send({ id, result: null, error: 'unknown method' });
  }
}

interface PendingRequest {
  readonly method: string;
  readonly succeed: (result: JsonValue) => void;
  readonly fail: (error: unknown) => void;
}

/** ovsdb-server reports the failure of a whole request as a string, or as an object with `error` and `details`. */
function toRpcError(name: string, method: string, error: JsonValue): OvsdbError {
  const fields = isJsonObject(error) ? error : { error };
  const ovsdbError = typeof fields.error === 'string' ? fields.error : stringifyJson(error);
  const details = typeof fields.details === 'string' ? fields.details : undefined;
  const explanation = details === undefined ? '' : ` (${details})`;
  const code =
    ovsdbError === 'unknown method'
      ? 'unknown-method'
      : ovsdbError === 'unknown database'
        ? 'unknown-database'
        : ovsdbError === 'canceled'
          ? 'canceled'
          : 'rpc-error';
  return new OvsdbError(code, `${name} refused ${method}: ${ovsdbError}${explanation}`, { ovsdbError, details });
}
