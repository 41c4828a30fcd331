import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readGolden } from '../test/lab/golden.ts';
import { type MariadbServer, startMariadb } from '../test/lab/mariadb.ts';
import { type BenchDeployment, serveDeployment } from './deployment.ts';
import { type Generated, generateNeutron, type Size } from './generate/neutron.ts';

const run = promisify(execFile);

/** The tables and the release come from a deployment of that release. */
const RELEASE = 'zed';
const DATABASE = 'neutron';
const GATEWAYS = 8;
/** Text handed to MariaDB's client at once. */
const CHUNK_CHARACTERS = 32 * 2 ** 20;

async function fill(mariadb: MariadbServer, size: Size): Promise<Generated> {
  await mariadb.createDatabase(DATABASE);
  const dump = (await readGolden(RELEASE, 'neutron.sql.gz')).toString('utf8');
  await mariadb.load(DATABASE, dump.replaceAll(/^INSERT INTO `(?!alembic_version`)[^;]*?;$/gms, ''));
  const statements: string[] = [];
  const generated = generateNeutron(size, (statement) => statements.push(statement));
  let chunk = '';
  for (const statement of statements) {
    chunk += statement;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    await mariadb.load(DATABASE, chunk);
    chunk = '';
  }
  await mariadb.load(DATABASE, chunk);
  await mariadb.query(DATABASE, 'ANALYZE TABLE ports, ipallocations, ml2_port_bindings, standardattributes');
  return generated;
}

/** Gateways and, of the compute nodes, so many as fit one command line: gateways alone are scheduled on. */
async function addChassis(endpoint: string, { hosts, physicalNetworks }: Generated): Promise<void> {
  const mappings = physicalNetworks.map((network) => `${network}:br-${network}`).join(',');
  const commands = [
    ...Array.from({ length: GATEWAYS }, (_, index) => ({ host: `gw-${index}.example.org`, isGateway: true })),
    ...hosts.slice(0, 500).map((host) => ({ host, isGateway: false })),
  ].flatMap(({ host, isGateway }, index) => {
    const settings = [
      `ovn-bridge-mappings="${isGateway ? mappings : ''}"`,
      ...(isGateway ? ['ovn-cms-options=enable-chassis-as-gw'] : []),
    ].flatMap((setting) => [`external_ids:${setting}`, `other_config:${setting}`]);
    const name = host.split('.')[0] ?? host;
    const ip = `192.0.${2 + (index >> 8)}.${index & 255}`;
    return ['--', 'chassis-add', name, 'geneve', ip, '--', 'set', 'Chassis', name, `hostname=${host}`, ...settings];
  });
  await run('ovn-sbctl', [`--db=${endpoint}`, ...commands.slice(1)]);
}

export interface GeneratedDeployment extends BenchDeployment {
  readonly sqlRows: number;
}

/** A generated Neutron database in MariaDB, an empty Northbound, and a Southbound with the chassis that it speaks of. */
export async function serveGenerated(size: Size): Promise<GeneratedDeployment> {
  await using stack = new AsyncDisposableStack();
  const mariadb = stack.use(await startMariadb());
  const generated = await fill(mariadb, size);
  const deployment = stack.use(
    await serveDeployment({
      neutronConf: await readFile(
        join(import.meta.dirname, '../test/fixtures/golden', RELEASE, 'neutron.conf'),
        'utf8',
      ),
      databaseUrl: mariadb.url(DATABASE),
      northbound: undefined,
      southbound: undefined,
      withNorthd: false,
    }),
  );
  await addChassis(deployment.southboundEndpoint, generated);
  const resources = stack.move();
  return { ...deployment, sqlRows: generated.rows, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
