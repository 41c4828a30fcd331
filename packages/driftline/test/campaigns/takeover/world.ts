/** Where a campaign takes place: a whole Neutron for a long one, what Neutron left behind for a short one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReplicaRow } from '@driftline/ovsdb';
import { FaultProxy, type OvsdbCluster, startOvsdbCluster } from '@driftline/ovsdb/testing';
import { startOvsdbServer } from '../../../src/demo/ovsdb-server.ts';
import { MAINTENANCE_LOCK } from '../../../src/northbound/session.ts';
import { LOAD_PREFIX, LOADED_NETWORKS, LOADED_PORTS } from '../../conformance/api-load.ts';
import type { Choice } from '../../conformance/injections.ts';
import { readGolden } from '../../lab/golden.ts';
import { startMariadb } from '../../lab/mariadb.ts';
import { databaseName, type NeutronLab } from '../../lab/neutron-lab.ts';
import type { Deployment } from '../../lab/populate.ts';
import { startPopulatedLab } from '../../lab/populated-lab.ts';
import { Daemon } from './workers.ts';

export interface World extends AsyncDisposable {
  readonly cluster: OvsdbCluster;
  readonly daemons: readonly Daemon[];
  /** For commands, as `--config-file` has it. */
  readonly configFiles: readonly string[];
  readonly folder: string;
  /** undefined in a short campaign. */
  readonly neutron: { readonly lab: NeutronLab; readonly deployment: Deployment; readonly logFile: string } | undefined;
  readonly mayHarm: Choice;
}

const CLUSTER_SIZE = 3;
const DAEMONS = ['a', 'b', 'c'];

/** A daemon that has lost its connection does not know any more how old a difference is: the grace period starts anew. */
const FLAGS = ['--driftline-grace_period', '3', '--driftline-interval', '10'];
/** The operator is more ruthless than any limit foresees. */
const LIMITS = ['--driftline-max_deletes', '10000', '--driftline-max_delete_share', '1'];
/** A server that hangs is noticed after twice this; 60 s in the wild. */
const PROBE_INTERVAL_MS = 5000;

const daemonsIn = (
  folder: string,
  configFiles: readonly string[],
  more: (name: string) => readonly string[] = () => [],
): readonly Daemon[] => {
  const args = [...configFiles.flatMap((file) => ['--config-file', file]), ...FLAGS, ...LIMITS];
  return DAEMONS.map((name) => new Daemon(name, join(folder, `daemon-${name}`), [...args, ...more(name)]));
};

/** The client behind it takes part in no agreement: it hears of no other owner, and the server of no assertion. */
function breakLaw(target: string): Promise<FaultProxy> {
  const asserted = JSON.stringify({ op: 'assert', lock: MAINTENANCE_LOCK });
  const harmless = JSON.stringify({ op: 'comment', comment: 'asserts nothing' });
  const replacing = (from: string, to: string) => (chunk: Buffer) => [
    Buffer.from(chunk.toString('latin1').replaceAll(from, to), 'latin1'),
  ];
  return FaultProxy.start({
    target,
    fromClient: replacing(asserted, harmless),
    fromServer: replacing('{"locked":false}', '{"locked":true}'),
  });
}

export async function openWorldOfNeutron(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const { lab, deployment } = stack.use(
    await startPopulatedLab({
      clusterSize: CLUSTER_SIZE,
      signsTransactions: true,
      configuration: ['[ovn]', `ovsdb_probe_interval = ${PROBE_INTERVAL_MS}`],
    }),
  );
  const { cluster } = lab.ovn;
  if (cluster === undefined) throw new Error('the lab has no cluster');
  const daemons = daemonsIn(lab.folder, lab.configFiles);
  for (const daemon of daemons) stack.defer(() => daemon.end());
  const resources = stack.move();
  return {
    cluster,
    daemons,
    configFiles: lab.configFiles,
    folder: lab.folder,
    neutron: { lab, deployment, logFile: join(lab.folder, 'neutron-server.log') },
    mayHarm: sparing(deployment),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/**
 * As Zed left it, on a MariaDB; nobody but the daemons maintains.
 * @param lawless a daemon that asserts nothing, and hears that it has the lock whenever it asks
 */
export async function openWorldWithoutNeutron(lawless?: string): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'driftline-takeover-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const unpack = async (name: 'northbound' | 'southbound') => {
    const file = join(folder, `${name}.db`);
    await writeFile(file, await readGolden('zed', `${name}.db.gz`));
    return file;
  };
  const cluster = stack.use(
    await startOvsdbCluster({ schema: await unpack('northbound'), listen: 'tcp', size: CLUSTER_SIZE }),
  );
  const southbound = stack.use(
    await startOvsdbServer({ databaseFile: await unpack('southbound'), socketFile: join(folder, 'southbound.sock') }),
  );
  const mariadb = stack.use(await startMariadb());
  await mariadb.createDatabase(databaseName);
  await mariadb.load(databaseName, (await readGolden('zed', 'neutron.sql.gz')).toString());
  const overrides = join(folder, 'override.conf');
  await writeFile(
    overrides,
    [
      '[database]',
      `connection = ${mariadb.url(databaseName)}`,
      '[ovn]',
      `ovn_nb_connection = ${cluster.endpoints}`,
      `ovn_sb_connection = ${southbound.endpoint}`,
      `ovsdb_probe_interval = ${PROBE_INTERVAL_MS}`,
      '',
    ].join('\n'),
  );
  const golden = join(import.meta.dirname, '..', '..', 'fixtures', 'golden', 'zed', 'neutron.conf');
  const configFiles = [golden, overrides];
  const proxies =
    lawless === undefined ? [] : await Promise.all(cluster.servers.map(({ endpoint }) => breakLaw(endpoint)));
  for (const proxy of proxies) stack.use(proxy);
  const through = ['--ovn-ovn_nb_connection', proxies.map(({ endpoint }) => endpoint).join(',')];
  const daemons = daemonsIn(folder, configFiles, (name) => (name === lawless ? through : []));
  for (const daemon of daemons) stack.defer(() => daemon.end());
  const resources = stack.move();
  return {
    cluster,
    daemons,
    configFiles,
    folder,
    neutron: undefined,
    mayHarm: () => true,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Every row but those that the load on Neutron's API is about, and ACLs whose log any of several logs may name. */
function sparing({ networks, subnets, ports }: Deployment): Choice {
  const idsNamed = (all: ReadonlyMap<string, string>, names: readonly string[]) =>
    [...all].flatMap(([name, id]) => (names.some((each) => name === each || name.startsWith(`${each}-`)) ? [id] : []));
  const near = [
    ...idsNamed(networks, LOADED_NETWORKS),
    ...idsNamed(subnets, LOADED_NETWORKS),
    ...idsNamed(ports, [...LOADED_NETWORKS, ...LOADED_PORTS]),
  ];
  const textsOf = (cell: ReplicaRow[string]): readonly string[] =>
    cell instanceof Map ? [...cell.values()].map(String) : [];
  const known = [...ports.values()];
  return (table, row) => {
    if (table === 'ACL' && row.log === true) return false;
    if (table === 'QoS' && !known.some((id) => String(row.match).includes(id))) return false;
    const words = [String(row.name), ...textsOf(row.external_ids)];
    return !words.some((word) => word.startsWith(LOAD_PREFIX) || near.some((id) => word.includes(id)));
  };
}
