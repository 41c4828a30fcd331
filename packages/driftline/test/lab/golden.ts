/**
 * The lab: real databases and a real Neutron for the tests.
 *
 * This file opens a golden deployment: what one Neutron of a release wrote to SQL and to OVN, served again by real
 * servers. Everything lives in one temporary folder and ends with the handle.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type OvsdbServer, startOvsdbServer } from '../../src/demo/ovsdb-server.ts';
import { writePostgresqlScript } from './load-postgresql.ts';
import { loadIntoSqlite } from './load-sqlite.ts';
import { startMariadb } from './mariadb.ts';
import { startPostgresql } from './postgresql.ts';

export const goldenReleases = ['zed', '2026.1', '2026.2-dev', 'zed-6000'] as const;
export type GoldenRelease = (typeof goldenReleases)[number];

export type Engine = 'sqlite' | 'mariadb' | 'postgresql';

export interface Golden extends AsyncDisposable {
  readonly release: GoldenRelease;
  /** Temporary; gone when the handle is disposed. */
  readonly folder: string;
  /** For `--config-file`, in this order. */
  readonly configFiles: readonly string[];
  /** SQLAlchemy's spelling, as it stands in `[database] connection`. */
  readonly databaseUrl: string;
  readonly northbound: OvsdbServer;
  readonly southbound: OvsdbServer;
}

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'golden');
const unzip = promisify(gunzip);

export async function openGolden(release: GoldenRelease, options: { engine?: Engine } = {}): Promise<Golden> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'driftline-golden-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));

  const open = async (name: 'northbound' | 'southbound') => {
    const databaseFile = join(folder, `${name}.db`);
    await writeFile(databaseFile, await readGolden(release, `${name}.db.gz`));
    return stack.use(await startOvsdbServer({ databaseFile, socketFile: join(folder, `${name}.sock`) }));
  };
  const northbound = await open('northbound');
  const southbound = await open('southbound');

  const dump = (await readGolden(release, 'neutron.sql.gz')).toString('utf8');
  const databaseUrl = await loadInto(options.engine ?? 'sqlite', dump, folder, stack);
  const databasesFile = join(folder, 'databases.conf');
  await writeFile(
    databasesFile,
    [
      '[database]',
      `connection = ${databaseUrl}`,
      '[ovn]',
      `ovn_nb_connection = ${northbound.endpoint}`,
      `ovn_sb_connection = ${southbound.endpoint}`,
      '',
    ].join('\n'),
  );
  const resources = stack.move();
  return {
    release,
    folder,
    configFiles: [join(fixtures, release, 'neutron.conf'), databasesFile],
    databaseUrl,
    northbound,
    southbound,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The unpacked bytes of one of a golden deployment's files. */
export async function readGolden(release: GoldenRelease, file: string): Promise<Buffer> {
  return unzip(await readFile(join(fixtures, release, file)));
}

async function loadInto(engine: Engine, dump: string, folder: string, stack: AsyncDisposableStack): Promise<string> {
  switch (engine) {
    case 'sqlite': {
      const databaseFile = join(folder, 'neutron.sqlite');
      loadIntoSqlite(dump, databaseFile);
      return `sqlite:///${databaseFile}`;
    }
    case 'mariadb': {
      const server = stack.use(await startMariadb());
      await server.createDatabase('neutron');
      await server.load('neutron', dump);
      return server.url('neutron');
    }
    case 'postgresql': {
      const server = stack.use(await startPostgresql());
      await server.createDatabase('neutron');
      await server.load('neutron', writePostgresqlScript(dump));
      return server.url('neutron');
    }
    default:
      throw engine satisfies never;
  }
}
