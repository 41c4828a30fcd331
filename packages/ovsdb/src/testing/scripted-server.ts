import { createServer, type Server, type Socket } from 'node:net';
import { isJsonArray, type JsonObject, type JsonValue, stringifyJson } from '../wire/json-value.ts';
import { MessageDecoder } from '../wire/message-decoder.ts';
import { chooseTemporaryPath, removeTemporary } from './leftovers.ts';

/** One client's connection to a scripted server. */
export interface ScriptedConnection {
  /** Counts from 0. */
  readonly index: number;
  send(message: object): void;
  sendBytes(bytes: string | Buffer): void;
  close(): void;
}

/** Answers a request: with a result, or `noReply`, or by throwing the name of an OVSDB error. */
export type Script = (method: string, params: readonly JsonValue[], connection: ScriptedConnection) => unknown;

export const noReply = Symbol('no reply');

/**
 * Speaks JSON-RPC as the test tells it: for what no well-behaved server would send. `echo` is answered by itself;
 * whatever the script returns undefined for is an unknown method.
 */
export class ScriptedServer implements AsyncDisposable {
  readonly endpoint: string;
  readonly requests: { readonly method: string; readonly params: readonly JsonValue[] }[] = [];
  readonly connections: ScriptedConnection[] = [];
  readonly #path: string;
  readonly #script: Script;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(script: Script) {
    this.#script = script;
    this.#path = chooseTemporaryPath('ovsdb-script');
    this.endpoint = `unix:${this.#path}`;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject).listen(server.#path, resolve);
    });
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await removeTemporary(this.#path);
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const connection: ScriptedConnection = {
      index: this.connections.length,
      send: (message) => void socket.write(stringifyJson(message)),
      sendBytes: (bytes) => void socket.write(bytes),
      close: () => void socket.destroy(),
    };
    this.connections.push(connection);
    const decoder = new MessageDecoder({ onMessage: (message) => this.#answer(message, connection) });
    socket.on('data', (chunk: Buffer) => decoder.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #answer({ id, method, params }: JsonObject, connection: ScriptedConnection): void {
    if (typeof method !== 'string' || !isJsonArray(params)) return;
    this.requests.push({ method, params });
    if (id === null) return;
    if (method === 'echo') {
      connection.send({ id, result: params, error: null });
      return;
    }
    try {
      const result = this.#script(method, params, connection);
      if (result === noReply) return;
      if (result === undefined) throw 'unknown method';
      connection.send({ id, result, error: null });
    } catch (error) {
      connection.send({ id, result: null, error: String(error) });
    }
  }
}
