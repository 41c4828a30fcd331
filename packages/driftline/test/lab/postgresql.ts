/** A private PostgreSQL in a temporary folder, on a unix socket. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { answersOn } from '../../src/demo/ovsdb-server.ts';
import { startProcess, waitUntilReady } from '../../src/demo/process.ts';
import { type DatabaseServer, dumpLimit, feed, startPatienceMs } from './mariadb.ts';

const run = promisify(execFile);

export type PostgresqlServer = DatabaseServer;

const superuser = 'neutron';

export async function startPostgresql(): Promise<DatabaseServer> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'driftline-postgresql-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  const programs = findPrograms();
  // PostgreSQL refuses to run as root; its Debian package brings an account.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await run('chown', ['postgres:postgres', folder]);
  const initialise = [join(programs, 'initdb'), `--pgdata=${data}`, `--username=${superuser}`, ...initdbOptions];
  const [command = '', ...args] = isRoot ? ['runuser', '-u', 'postgres', '--', ...initialise] : initialise;
  await run(command, args, { cwd: '/' });

  const server = stack.use(
    startProcess({
      command: join(programs, 'postgres'),
      args: ['-D', data, '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
      logFile: join(folder, 'postgresql.log'),
      stopSignal: 'SIGQUIT', // At once: its folder goes with it.
      ...(isRoot ? { user: 'postgres' } : {}),
    }),
  );
  const client = ['--no-psqlrc', '--quiet', `--host=${folder}`, `--username=${superuser}`, '--set=ON_ERROR_STOP=1'];
  const ask = async (database: string, sql: string) => {
    const args = [...client, '--tuples-only', '--no-align', '--field-separator=\t', '--command', sql, database];
    return (await run('psql', args)).stdout;
  };
  // The socket is there before the server lets anyone in.
  const isReady = async () =>
    (await answersOn(join(folder, '.s.PGSQL.5432'))) && ask('postgres', 'SELECT').then(yes, no);
  await waitUntilReady(server, isReady, startPatienceMs);

  const resources = stack.move();
  return {
    process: server,
    url: (database) => `postgresql+psycopg2://${superuser}@/${database}?host=${folder}`,
    createDatabase: async (database) => {
      await ask('postgres', `CREATE DATABASE "${database}"`);
    },
    query: ask,
    dump: async (database) => {
      const args = [`--host=${folder}`, `--username=${superuser}`, '--no-owner', database];
      return (await run('pg_dump', args, { maxBuffer: dumpLimit })).stdout;
    },
    load: (database, script) => feed('psql', [...client, database], script),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const initdbOptions = ['--auth=trust', '--no-sync', '--encoding=UTF8', '--no-locale'];

/** Nothing here must survive a power cut. */
const settings = [
  'listen_addresses=',
  'max_connections=200',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
];

const yes = () => true;
const no = () => false;

/** Debian keeps PostgreSQL's server programs out of the PATH, a folder a version. */
function findPrograms(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(root, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  const folder = folders.find((candidate) => existsSync(join(candidate, 'initdb')));
  if (folder === undefined) throw new Error('no PostgreSQL server programs found: apt-get install postgresql');
  return folder;
}
