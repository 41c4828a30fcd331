import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createOvnDatabase, type OvnDatabase, startOvsdbServer } from '../src/demo/ovsdb-server.ts';
import { startProcess } from '../src/demo/process.ts';
import { type GoldenRelease, readGolden } from '../test/lab/golden.ts';
import type { MariadbServer } from '../test/lab/mariadb.ts';

const run = promisify(execFile);

export interface DeploymentParts {
  /** Neutron's own configuration, without the places of the databases. */
  readonly neutronConf: string;
  readonly databaseUrl: string;
  /** The bytes of a database file; undefined makes a new, empty database. */
  readonly northbound: Buffer | undefined;
  readonly southbound: Buffer | undefined;
  /** ovn-northd between the two databases, as at work; without it all the time is the tool's and its servers'. */
  readonly withNorthd: boolean;
}

/** A Neutron database and the two OVN databases, served. */
export interface BenchDeployment extends AsyncDisposable {
  /** With which Neutron's tools and Driftline find all three. */
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly northboundEndpoint: string;
  readonly southboundEndpoint: string;
}

export async function serveDeployment(parts: DeploymentParts): Promise<BenchDeployment> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'driftline-bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));

  const serve = async (which: OvnDatabase, content: Buffer | undefined, ctl: string) => {
    const databaseFile = join(folder, `${which}.db`);
    if (content === undefined) await createOvnDatabase(databaseFile, which);
    else await writeFile(databaseFile, content);
    const server = stack.use(await startOvsdbServer({ databaseFile, socketFile: join(folder, `${which}.sock`) }));
    // Neutron's tools ask for the row of NB_Global, which ovn-northd would make.
    await run(ctl, [`--db=${server.endpoint}`, 'init']);
    return server.endpoint;
  };
  const northbound = await serve('northbound', parts.northbound, 'ovn-nbctl');
  const southbound = await serve('southbound', parts.southbound, 'ovn-sbctl');
  if (parts.withNorthd) stack.use(startNorthd(folder, northbound, southbound));

  const neutronConf = join(folder, 'neutron.conf');
  await writeFile(neutronConf, parts.neutronConf);
  const placesConf = join(folder, 'places.conf');
  await writeFile(placesConf, places(folder, parts.databaseUrl, northbound, southbound));
  // An empty folder of further files, so that those of the machine's own Neutron are not read.
  const configFolder = join(folder, 'conf.d');
  await mkdir(configFolder);
  const resources = stack.move();
  return {
    folder,
    northboundEndpoint: northbound,
    southboundEndpoint: southbound,
    arguments: ['--config-file', neutronConf, '--config-file', placesConf, '--config-dir', configFolder],
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** A copy of its own of a golden deployment's databases: what one tool writes there, the other never sees. */
export async function serveGolden(
  release: GoldenRelease,
  mariadb: MariadbServer,
  { name, emptied, withNorthd }: { name: string; emptied: boolean; withNorthd: boolean },
): Promise<BenchDeployment> {
  await mariadb.createDatabase(name);
  await mariadb.load(name, (await readGolden(release, 'neutron.sql.gz')).toString('utf8'));
  return serveDeployment({
    neutronConf: await readFile(
      join(import.meta.dirname, '..', 'test', 'fixtures', 'golden', release, 'neutron.conf'),
      'utf8',
    ),
    databaseUrl: mariadb.url(name),
    northbound: emptied ? undefined : await readGolden(release, 'northbound.db.gz'),
    southbound: await readGolden(release, 'southbound.db.gz'),
    withNorthd,
  });
}

function startNorthd(folder: string, northbound: string, southbound: string): AsyncDisposable {
  return startProcess({
    command: 'ovn-northd',
    args: [
      `--ovnnb-db=${northbound}`,
      `--ovnsb-db=${southbound}`,
      `--unixctl=${join(folder, 'northd.ctl')}`,
      '-vfile:off',
      '-vsyslog:off',
    ],
    logFile: join(folder, 'northd.log'),
    env: { OVN_RUNDIR: folder, OVS_RUNDIR: folder },
  });
}

const places = (folder: string, databaseUrl: string, northbound: string, southbound: string): string => `[DEFAULT]
transport_url = fake://
state_path = ${folder}
[oslo_concurrency]
lock_path = ${folder}/lock
[database]
connection = ${databaseUrl}
[ovn]
ovn_nb_connection = ${northbound}
ovn_sb_connection = ${southbound}
[driftline]
state_path = ${folder}
`;
