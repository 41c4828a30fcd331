import { connect, createServer, type Server, type Socket } from 'node:net';
import { parseEndpoints } from '../wire/endpoint.ts';
import { chooseTemporaryPath, removeTemporary } from './leftovers.ts';

export interface FaultProxyOptions {
  /** A `unix:` or `tcp:` endpoint. */
  readonly target: string;
  /** Bytes from the server, on their way to the client; may be cut up, changed or held back. */
  readonly fromServer?: (chunk: Buffer) => readonly Buffer[];
  /** The same on the way to the server. */
  readonly fromClient?: (chunk: Buffer) => readonly Buffer[];
}

/** Stands between a client and a server, and lets what passes suffer. */
export class FaultProxy implements AsyncDisposable {
  readonly endpoint: string;
  readonly #path: string;
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #links = new Set<readonly [Socket, Socket]>();
  #isSilent = false;
  #isRefusing = false;
  #held: (() => void)[] | undefined;
  #connections = 0;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#path = chooseTemporaryPath('ovsdb-proxy');
    this.endpoint = `unix:${this.#path}`;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(proxy.#path, resolve);
    });
    return proxy;
  }

  /** How many connections it has accepted. */
  get connections(): number {
    return this.#connections;
  }

  /** How many of them are still open. */
  get openConnections(): number {
    return this.#links.size;
  }

  /** Breaks all connections. */
  cut(): void {
    for (const link of this.#links) for (const socket of link) socket.destroy();
    this.#links.clear();
  }

  /** Lets nothing through any more, in either direction, and tells nobody: a half-open link. */
  silence(): void {
    this.#isSilent = true;
  }

  /** Keeps what servers send until `release`. The servers see it read. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
  }

  /** Lets new connections through again; bytes swallowed meanwhile are lost. */
  restore(): void {
    this.#isSilent = false;
    this.#isRefusing = false;
  }

  /** Breaks all connections, and each new one, until `restore`. */
  refuse(): void {
    this.#isRefusing = true;
    this.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
    await removeTemporary(this.#path);
  }

  #accept(client: Socket): void {
    this.#connections++;
    if (this.#isRefusing) {
      client.destroy();
      return;
    }
    const [target] = parseEndpoints(this.#options.target);
    if (target === undefined || target.kind === 'ssl') throw new Error('the proxy speaks to unix: and tcp: only');
    const server = connect(target.kind === 'unix' ? { path: target.path } : { host: target.host, port: target.port });
    const link = [client, server] as const;
    this.#links.add(link);
    const end = () => {
      this.#links.delete(link);
      client.destroy();
      server.destroy();
    };
    for (const socket of link) socket.on('error', end).on('close', end);
    client.on('data', (chunk: Buffer) => {
      if (this.#isSilent) return;
      for (const piece of this.#options.fromClient?.(chunk) ?? [chunk]) server.write(piece);
    });
    server.on('data', (chunk: Buffer) => {
      if (this.#isSilent) return;
      for (const piece of this.#options.fromServer?.(chunk) ?? [chunk]) {
        if (this.#held === undefined) client.write(piece);
        else this.#held.push(() => client.write(piece));
      }
    });
  }
}
