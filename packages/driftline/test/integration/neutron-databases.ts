/** Golden deployments of Neutron on each SQL engine, without OVN beside them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import type { NeutronDatabase } from '../../src/neutron/database.ts';
import { type Engine, type GoldenRelease, readGolden } from '../lab/golden.ts';
import { writePostgresqlScript } from '../lab/load-postgresql.ts';
import { loadIntoSqlite } from '../lab/load-sqlite.ts';
import { type MariadbServer, startMariadb } from '../lab/mariadb.ts';
import { type PostgresqlServer, startPostgresql } from '../lab/postgresql.ts';

export const engines = ['sqlite', 'mariadb', 'postgresql'] as const satisfies readonly Engine[];

export interface Databases extends AsyncDisposable {
  readonly folder: string;
  readonly mariadb: MariadbServer;
  readonly postgresql: PostgresqlServer;
  /** A database of its own, loaded anew each time: whole, or these tables of it, which refer to no others. */
  load(release: GoldenRelease, engine: Engine, tables?: readonly string[]): Promise<NeutronDatabase>;
}

export async function startDatabases(): Promise<Databases> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'driftline-databases-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const starting = [startMariadb(), startPostgresql()] as const;
  // Also the one that is up only after the other has failed.
  for (const server of starting)
    stack.defer(async () => (await server.catch(() => undefined))?.[Symbol.asyncDispose]());
  const [mariadb, postgresql] = await Promise.all(starting);
  let loaded = 0;
  const resources = stack.move();
  return {
    folder,
    mariadb,
    postgresql,
    load: async (release, engine, tables) => {
      const name = `neutron_${++loaded}`;
      const whole = (await readGolden(release, 'neutron.sql.gz')).toString('utf8');
      const dump = tables === undefined ? whole : cutDump(whole, tables);
      return parseDatabaseUrl(await loadInto(engine, name, dump, { folder, mariadb, postgresql }));
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const cutDump = (dump: string, tables: readonly string[]): string =>
  tables
    .flatMap((table) => dump.match(new RegExp(`^(?:CREATE TABLE|INSERT INTO) \`${table}\` [^]*?;$`, 'gm')) ?? [])
    .join('\n');

/** Changes the database behind the reader's back, each call in a transaction of its own. */
export async function execute(database: NeutronDatabase, ...statements: readonly string[]): Promise<void> {
  await using connection = openWritable(database);
  await connection.write(async (transaction) => {
    for (const statement of statements) await transaction.change(sql.raw(statement));
  });
}

async function loadInto(
  engine: Engine,
  name: string,
  dump: string,
  servers: Pick<Databases, 'folder' | 'mariadb' | 'postgresql'>,
): Promise<string> {
  switch (engine) {
    case 'sqlite': {
      const file = join(servers.folder, `${name}.sqlite`);
      loadIntoSqlite(dump, file);
      return `sqlite:///${file}`;
    }
    case 'mariadb':
      await servers.mariadb.createDatabase(name);
      await servers.mariadb.load(name, dump);
      return servers.mariadb.url(name);
    case 'postgresql':
      await servers.postgresql.createDatabase(name);
      await servers.postgresql.load(name, writePostgresqlScript(dump));
      return servers.postgresql.url(name);
    default:
      throw engine satisfies never;
  }
}
