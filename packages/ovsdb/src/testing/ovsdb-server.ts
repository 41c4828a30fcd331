/**
 * testing/: real servers for tests. Needs `ovsdb-server`, `ovsdb-tool` and `ovs-appctl` (Debian: openvswitch-common)
 * in the PATH. Everything lives in a temporary folder of its own and is gone after `stop`, and with the process.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { createCertificates, type TestCertificates } from './certificates.ts';
import { endWithProcess, makeTemporaryFolder, removeTemporary } from './leftovers.ts';

const run = promisify(execFile);

export interface OvsdbServerOptions {
  /** An `.ovsschema` file to make an empty database of. */
  readonly schema?: string;
  /** A database file to serve a copy of; may be gzipped. */
  readonly database?: string;
  /** `unix` by default. */
  readonly listen?: 'unix' | 'tcp' | 'ssl';
  /** Further arguments of ovsdb-server. */
  readonly args?: readonly string[];
}

/** A running `ovsdb-server`. */
export interface OvsdbServer extends AsyncDisposable {
  /** Such as `unix:/path` or `tcp:127.0.0.1:PORT`; the same after a restart. */
  readonly endpoint: string;
  readonly databaseName: string;
  readonly databaseFile: string;
  readonly folder: string;
  /** With `listen: 'ssl'`: files for the client's side, as the option `tls` takes them. */
  readonly tls: { readonly ca: string; readonly certificate: string; readonly key: string } | undefined;
  readonly pid: number | undefined;
  /** Runs `ovs-appctl COMMAND…` on the server and returns what it prints. */
  appctl(...command: string[]): Promise<string>;
  /** What the server has logged so far. */
  readLog(): Promise<string>;
  /** Sends the signal and waits for the process to end, unless it only pauses or continues it. */
  kill(signal?: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Starts it again on the same endpoint and database file. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a standalone server; resolves when it accepts connections. */
export async function startOvsdbServer(options: OvsdbServerOptions): Promise<OvsdbServer> {
  const folder = makeTemporaryFolder('ovsdb-test');
  try {
    const databaseFile = join(folder, 'database.db');
    await createDatabase(databaseFile, options);
    const databaseName = (await run('ovsdb-tool', ['db-name', databaseFile])).stdout.trim();
    const listen = options.listen ?? 'unix';
    const certificates = listen === 'ssl' ? await createCertificates(folder) : undefined;
    const server = new ServerProcess({
      folder,
      databaseFile,
      databaseName,
      args: options.args ?? [],
      certificates,
      ...(await chooseAddress(listen, folder)),
    });
    await server.start();
    return server;
  } catch (error) {
    await removeTemporary(folder);
    throw error;
  }
}

async function createDatabase(file: string, { schema, database }: OvsdbServerOptions): Promise<void> {
  if (database === undefined && schema === undefined) throw new Error('name a schema or a database');
  if (database === undefined) {
    await run('ovsdb-tool', ['create', file, schema ?? '']);
  } else if (database.endsWith('.gz')) {
    await writeFile(file, await promisify(gunzip)(await readFile(database)));
  } else {
    await copyFile(database, file);
  }
}

/** On a machine that has more to do; who can't start ends, and is not waited for. */
export const startPatienceMs = 60_000;

export async function chooseAddress(listen: 'unix' | 'tcp' | 'ssl', folder: string) {
  if (listen === 'unix') {
    const path = join(folder, 'server.sock');
    return { remote: `punix:${path}`, endpoint: `unix:${path}` };
  }
  const port = await findFreePort();
  return { remote: `p${listen}:${port}:127.0.0.1`, endpoint: `${listen}:127.0.0.1:${port}` };
}

export interface OvsdbRelayOptions {
  /** The server to relay; `unix:` or `tcp:`. */
  readonly source: OvsdbServer;
}

/** Starts a server that holds no data of its own but passes another's on. Resolves when it has the source's schema. */
export async function startOvsdbRelay({ source }: OvsdbRelayOptions): Promise<OvsdbServer> {
  const folder = makeTemporaryFolder('ovsdb-relay');
  const server = new ServerProcess({
    folder,
    databaseFile: `relay:${source.databaseName}:${source.endpoint}`,
    databaseName: source.databaseName,
    args: [],
    certificates: undefined,
    ...(await chooseAddress('unix', folder)),
  });
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return address.port;
}

export interface ServerProcessOptions {
  readonly folder: string;
  readonly databaseFile: string;
  readonly databaseName: string;
  readonly remote: string;
  readonly endpoint: string;
  readonly args: readonly string[];
  readonly certificates: TestCertificates | undefined;
}

export class ServerProcess implements OvsdbServer {
  readonly endpoint: string;
  readonly databaseName: string;
  readonly databaseFile: string;
  readonly folder: string;
  readonly #options: ServerProcessOptions;
  readonly #controlFile: string;
  readonly #logFile: string;
  #child: ChildProcess | undefined;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
    this.endpoint = options.endpoint;
    this.databaseName = options.databaseName;
    this.databaseFile = options.databaseFile;
    this.folder = options.folder;
    this.#controlFile = join(options.folder, 'server.ctl');
    this.#logFile = join(options.folder, 'server.log');
  }

  get tls() {
    const { certificates } = this.#options;
    return certificates && { ca: certificates.ca, ...certificates.client };
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const { remote, args, certificates, databaseFile, folder } = this.#options;
    const tls = certificates && [
      `--private-key=${certificates.server.key}`,
      `--certificate=${certificates.server.certificate}`,
      `--ca-cert=${certificates.ca}`,
    ];
    await rm(this.#controlFile, { force: true });
    const child = spawn(
      'ovsdb-server',
      [
        `--remote=${remote}`,
        `--unixctl=${this.#controlFile}`,
        '-vsyslog:off',
        '-vfile:off',
        ...(tls ?? []),
        ...args,
        databaseFile,
      ],
      // No hand in the real one's run folder, database or configuration.
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, OVS_RUNDIR: folder, OVS_DBDIR: folder } },
    );
    this.#child = child;
    endWithProcess(child);
    for (const event of ['exit', 'error']) {
      child.once(event, () => {
        if (this.#child === child) this.#child = undefined;
      });
    }
    child.stderr?.on('data', (text: Buffer) => void appendFile(this.#logFile, text).catch(() => {}));
    await this.#untilReady(child);
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + startPatienceMs;
    let problem: unknown;
    while (Date.now() < deadline && this.#child === child) {
      try {
        await this.appctl('ovsdb-server/list-remotes');
        return;
      } catch (error) {
        problem = error;
        await delay(10);
      }
    }
    child.kill('SIGKILL');
    throw new Error(`ovsdb-server did not start: ${await this.readLog()}`, { cause: problem });
  }

  async appctl(...command: string[]): Promise<string> {
    const { stdout } = await run('ovs-appctl', ['-t', this.#controlFile, ...command], { timeout: 30_000 });
    return stdout;
  }

  async readLog(): Promise<string> {
    return await readFile(this.#logFile, 'utf8').catch(() => '');
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      child.kill(signal);
      return;
    }
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async restart(): Promise<void> {
    await this.kill('SIGTERM');
    await this.start();
  }

  async stop(): Promise<void> {
    await this.kill('SIGKILL');
    await removeTemporary(this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
