/**
 * Driftline alone, on a deployment as large as asked for: a Neutron database generated straight into MariaDB, its
 * Northbound built by `driftline repair` from nothing, then full checks, and where their time goes.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { readGolden } from '../test/lab/golden.ts';
import { type MariadbServer, startMariadb } from '../test/lab/mariadb.ts';
import { serveDeployment } from './deployment.ts';
import { type Generated, generateNeutron } from './generate/neutron.ts';
import { describeMachine } from './machine.ts';
import { driftline, type Measured, measure, median } from './measure.ts';

const run = promisify(execFile);

const { values: options } = parseArgs({
  options: {
    ports: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    /** Of `driftline check`. */
    runs: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
const size = { ports: Number(options.ports), seed: Number(options.seed) };

/** The tables and the release come from a deployment of that release. */
const RELEASE = 'zed';
const DATABASE = 'neutron';
const GATEWAYS = 8;
/** Text handed to MariaDB's client at once. */
const CHUNK_CHARACTERS = 32 * 2 ** 20;

async function fill(mariadb: MariadbServer): Promise<Generated> {
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

async function succeed(command: string, args: readonly string[]): Promise<Measured> {
  const measured = await measure(command, args);
  process.stderr.write(`${args[0]}: ${(measured.wallMs / 1000).toFixed(2)} s, ${measured.peakRssMb} MB\n`);
  if (measured.exitCode === 0) return measured;
  throw new Error(`${args[0]} ended with ${measured.exitCode}: ${`${measured.stdout}${measured.stderr}`.slice(-2000)}`);
}

const figures = (runs: readonly Measured[]) => ({
  median_s: Number((median(runs.map(({ wallMs }) => wallMs)) / 1000).toFixed(2)),
  runs_s: runs.map(({ wallMs }) => Number((wallMs / 1000).toFixed(2))),
  cpu_s: Number((median(runs.map(({ cpuMs }) => cpuMs)) / 1000).toFixed(2)),
  peak_rss_mb: Math.max(...runs.map(({ peakRssMb }) => peakRssMb)),
});

await using mariadb = await startMariadb();
const generated = await fill(mariadb);
process.stderr.write(`${generated.rows.toLocaleString('en')} rows generated\n`);
await using deployment = await serveDeployment({
  neutronConf: await readFile(join(import.meta.dirname, '../test/fixtures/golden', RELEASE, 'neutron.conf'), 'utf8'),
  databaseUrl: mariadb.url(DATABASE),
  northbound: undefined,
  southbound: undefined,
  withNorthd: false,
});
await addChassis(deployment.southboundEndpoint, generated);

const build = await succeed(driftline, ['repair', '--yes', '--no-limits', ...deployment.arguments]);
const checks: Measured[] = [];
for (let index = 0; index < Number(options.runs); index++) {
  checks.push(await succeed(driftline, ['check', ...deployment.arguments]));
}
const phasesFile = join(import.meta.dirname, 'phases.ts');
const inside = await succeed('node', ['--expose-gc', phasesFile, ...deployment.arguments]);
const { phases } = JSON.parse(inside.stdout) as { phases: { phase: string; ms: number; heap_mb: number }[] };

const report = {
  ...size,
  sql_rows: generated.rows,
  machine: describeMachine(),
  build: figures([build]),
  check: figures(checks),
  phases,
  proof: (checks.at(-1)?.stdout ?? '').trim(),
};
console.log(`${size.ports} ports, ${generated.rows} rows of SQL; whole processes`);
console.table({ 'build the Northbound': report.build, check: report.check });
console.log('One check, its steps one after the other:');
console.table(phases);
console.log(report.proof);
if (options.json !== undefined) {
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}
