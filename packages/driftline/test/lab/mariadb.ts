/** A private MariaDB in a temporary folder, on a unix socket. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { answersOn } from '../../src/demo/ovsdb-server.ts';
import { type RunningProcess, startProcess, waitUntilReady } from '../../src/demo/process.ts';

const run = promisify(execFile);

export interface DatabaseServer extends AsyncDisposable {
  readonly process: RunningProcess;
  /** SQLAlchemy's spelling of one of its databases, as `[database] connection` has it. */
  url(database: string): string;
  createDatabase(database: string): Promise<void>;
  /** Runs SQL and returns what the engine's own client prints, tab-separated, without a head. */
  query(database: string, sql: string): Promise<string>;
  /** The whole database as SQL of the engine. */
  dump(database: string): Promise<string>;
  /** Loads what the engine dumped into an empty database; the first error ends it. */
  load(database: string, dump: string): Promise<void>;
}

export interface MariadbServer extends DatabaseServer {
  /** After its process was killed: on the same data and the same socket. */
  restart(): Promise<void>;
}

/** Of a database server: it says by itself when it can't start. */
export const startPatienceMs = 300_000;

export async function startMariadb(): Promise<MariadbServer> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'driftline-mariadb-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const socket = join(folder, 'mariadb.sock');
  const account = process.getuid?.() === 0 ? ['--user=root'] : [];
  const settings = [
    // Small logs and no syncs: nothing here must survive a power cut, and the folder is written anew each time.
    '--innodb-log-file-size=8M',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-flush-method=nosync',
    // A server that starts clears it of temporary tables, be they of another that is just starting.
    `--tmpdir=${folder}`,
  ];
  await run('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...account,
    ...settings,
  ]);
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--pid-file=${join(folder, 'mariadb.pid')}`,
    '--skip-networking',
    '--character-set-server=utf8mb3',
    '--max-connections=500',
    ...account,
    ...settings,
  ];
  let server: RunningProcess | undefined;
  stack.defer(async () => server?.stop());
  const start = async (): Promise<RunningProcess> => {
    const stopSignal = 'SIGKILL'; // Its folder goes with it.
    server = startProcess({ command: 'mariadbd', args, logFile: join(folder, 'mariadb.log'), stopSignal });
    await waitUntilReady(server, () => answersOn(socket), startPatienceMs);
    return server;
  };
  let running = await start();

  const client = ['--no-defaults', `--socket=${socket}`, '--user=root'];
  const resources = stack.move();
  return {
    get process() {
      return running;
    },
    restart: async () => {
      running = await start();
    },
    url: (database) => `mysql+pymysql://root@localhost/${database}?unix_socket=${socket}&charset=utf8`,
    createDatabase: async (database) => {
      await run('mariadb', [...client, '--execute', `CREATE DATABASE \`${database}\``]);
    },
    query: async (database, sql) => {
      const { stdout } = await run('mariadb', [
        ...client,
        '--batch',
        '--skip-column-names',
        '--execute',
        sql,
        database,
      ]);
      return stdout;
    },
    // The dump is in order of table names, not of references.
    load: (database, dump) =>
      feed('mariadb', [...client, database], `SET FOREIGN_KEY_CHECKS = 0; SET UNIQUE_CHECKS = 0;\n${dump}`),
    dump: async (database) => {
      const args = [...client, '--skip-comments', '--skip-add-locks', '--skip-add-drop-table', database];
      return (await run('mariadb-dump', args, { maxBuffer: dumpLimit })).stdout;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Bytes of SQL. */
export const dumpLimit = 512 * 1024 * 1024;

/** Runs a program on `input`; throws with what it printed to stderr when it fails. */
export async function feed(command: string, args: readonly string[], input: string): Promise<void> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  const complaint = child.stderr.toArray();
  // A program that stops early breaks the pipe; its exit code and its words say more.
  await pipeline([input], child.stdin).catch(() => undefined);
  const [code] = await ended;
  if (code !== 0) throw new Error(`${command} failed (${code}): ${(await complaint).join('').slice(-2000)}`);
}
