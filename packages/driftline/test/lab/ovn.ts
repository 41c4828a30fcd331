/** OVN's central half: both databases, ovn-northd between them, and chassis that look alive. There is no data plane. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type OvsdbCluster, startOvsdbCluster } from '@driftline/ovsdb/testing';
import {
  createOvnDatabase,
  type OvnDatabase,
  type OvsdbServer,
  startOvsdbServer,
} from '../../src/demo/ovsdb-server.ts';
import { startProcess } from '../../src/demo/process.ts';
import { readGoldenFile } from './golden-folder.ts';

const run = promisify(execFile);

export interface ChassisOptions {
  readonly name: string;
  /** Of its tunnels. */
  readonly ip: string;
  readonly isGateway?: boolean;
  readonly availabilityZones?: readonly string[];
  /** As `ovn-bridge-mappings` has it. */
  readonly bridgeMappings?: string;
}

export interface OvnLab extends AsyncDisposable {
  /** Of all servers of the cluster, where it is one. */
  readonly northbound: { readonly endpoint: string };
  /** undefined: the Northbound is one server. */
  readonly cluster: OvsdbCluster | undefined;
  readonly southbound: OvsdbServer;
  /** Runs `ovn-nbctl` and returns what it prints. */
  nbctl(...args: string[]): Promise<string>;
  sbctl(...args: string[]): Promise<string>;
  /** From then on it is kept alive. Its hostname is `NAME.example.org`. */
  addChassis(chassis: ChassisOptions): Promise<void>;
  removeChassis(name: string): Promise<void>;
  /** Does what ovn-controller does when an interface appears: binds the logical port to the chassis and sets it up. */
  plug(logicalPort: string, chassisName: string): Promise<void>;
  unplug(logicalPort: string): Promise<void>;
}

/** For one command, on a machine that has more to do. */
const PATIENCE_S = 120;

export const defaultBridgeMappings = 'physnet1:br-ex,publics:br-pub';

/**
 * `folder` gets the databases, sockets and logs; with `golden`, a captured folder, the databases are its.
 * @param clusterSize servers of the Northbound, which then form a RAFT cluster on TCP
 */
export async function startOvn(folder: string, golden?: string, clusterSize = 0): Promise<OvnLab> {
  await using stack = new AsyncDisposableStack();
  const make = async (which: OvnDatabase) => {
    const databaseFile = join(folder, `${which}.db`);
    if (golden === undefined) await createOvnDatabase(databaseFile, which);
    else await writeFile(databaseFile, await readGoldenFile(golden, `${which}.db`));
    return databaseFile;
  };
  const serve = async (which: OvnDatabase) =>
    stack.use(await startOvsdbServer({ databaseFile: await make(which), socketFile: join(folder, `${which}.sock`) }));
  const cluster =
    clusterSize === 0
      ? undefined
      : stack.use(await startOvsdbCluster({ schema: await make('northbound'), listen: 'tcp', size: clusterSize }));
  const northbound = cluster === undefined ? await serve('northbound') : { endpoint: cluster.endpoints };
  const southbound = await serve('southbound');
  const ctl = async (tool: string, server: { readonly endpoint: string }, args: string[]) =>
    (await run(tool, [`--db=${server.endpoint}`, `--timeout=${PATIENCE_S}`, ...args])).stdout;
  const nbctl = (...args: string[]) => ctl('ovn-nbctl', northbound, args);
  const sbctl = (...args: string[]) => ctl('ovn-sbctl', southbound, args);
  // Neutron fails without the NB_Global row, and ovn-northd may take a moment to make it.
  await nbctl('init');
  await sbctl('init');
  stack.use(
    startProcess({
      command: 'ovn-northd',
      args: [
        `--ovnnb-db=${northbound.endpoint}`,
        `--ovnsb-db=${southbound.endpoint}`,
        `--unixctl=${join(folder, 'northd.ctl')}`,
        '-vfile:off',
        '-vsyslog:off',
      ],
      logFile: join(folder, 'northd.log'),
      env: { OVN_RUNDIR: folder, OVS_RUNDIR: folder },
    }),
  );

  const known = await sbctl('--bare', '--columns=name', 'list', 'Chassis_Private');
  const alive = new Set(known.split('\n').filter((name) => name !== ''));
  stack.use(startHeartbeat(sbctl, alive));

  const resources = stack.move();
  return {
    northbound,
    cluster,
    southbound,
    nbctl,
    sbctl,
    addChassis: async (chassis) => {
      await addChassis(sbctl, chassis);
      alive.add(chassis.name);
    },
    removeChassis: async (name) => {
      alive.delete(name);
      await sbctl('--if-exists', 'destroy', 'Chassis_Private', name, '--', '--if-exists', 'chassis-del', name);
    },
    plug: async (logicalPort, chassisName) => {
      await nbctl('--wait=sb', 'sync');
      await sbctl('lsp-bind', logicalPort, chassisName);
      await sbctl('set', 'Port_Binding', logicalPort, 'up=true');
    },
    unplug: async (logicalPort) => {
      await sbctl('lsp-unbind', logicalPort);
      await sbctl('set', 'Port_Binding', logicalPort, 'up=false');
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

type Ctl = (...args: string[]) => Promise<string>;

async function addChassis(sbctl: Ctl, chassis: ChassisOptions): Promise<void> {
  const { name, ip, isGateway = false, availabilityZones = [] } = chassis;
  await sbctl('chassis-add', name, 'geneve', ip);
  const cmsOptions = [
    ...(isGateway ? ['enable-chassis-as-gw'] : []),
    ...(availabilityZones.length > 0 ? [`availability-zones=${availabilityZones.join(':')}`] : []),
  ];
  const settings: string[] = ['datapath-type=system'];
  settings.push(`ovn-bridge-mappings="${chassis.bridgeMappings ?? defaultBridgeMappings}"`);
  if (cmsOptions.length > 0) settings.push(`ovn-cms-options="${cmsOptions.join(',')}"`);
  // Neutron reads the one or the other, by release.
  const columns = ['external_ids', 'other_config'].flatMap((column) => settings.map((pair) => `${column}:${pair}`));
  await sbctl('set', 'Chassis', name, `hostname=${name}.example.org`, ...columns);
  await sbctl(
    '--id=@chassis',
    'get',
    'Chassis',
    name,
    '--',
    'create',
    'Chassis_Private',
    `name=${name}`,
    'chassis=@chassis',
  );
}

const heartbeatIntervalMs = 3000;

/** Neutron takes an agent for dead when its chassis does not follow `SB_Global.nb_cfg`, and will not bind there. */
function startHeartbeat(sbctl: Ctl, alive: ReadonlySet<string>): AsyncDisposable {
  const stop = new AbortController();
  const beat = async () => {
    while (!stop.signal.aborted) {
      const nbCfg = (await sbctl('get', 'SB_Global', '.', 'nb_cfg')).trim();
      const columns = [`nb_cfg=${nbCfg}`, `nb_cfg_timestamp=${Date.now()}`];
      const commands = [...alive].flatMap((name) => ['--', '--if-exists', 'set', 'Chassis_Private', name, ...columns]);
      if (commands.length > 0) await sbctl(...commands.slice(1));
      await sleep(heartbeatIntervalMs, undefined, { signal: stop.signal });
    }
  };
  // Ends with the abort; before that only when the Southbound is gone, which its own log tells better.
  const ended = beat().catch(() => undefined);
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended;
    },
  };
}
