/**
 * A real Neutron over a real OVN, from nothing to a serving API in about twenty seconds: Debian's packages, no Keystone,
 * no message queue, no data plane.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { logTail, type RunningProcess, startProcess, waitUntilReady } from '../../src/demo/process.ts';
import { readGoldenFile } from './golden-folder.ts';
import { type DatabaseServer, startMariadb } from './mariadb.ts';
import { NeutronApi } from './neutron-api.ts';
import { neutronConfiguration } from './neutron-configuration.ts';
import { type OvnLab, startOvn } from './ovn.ts';
import { startPostgresql } from './postgresql.ts';

const run = promisify(execFile);

export interface NeutronLabOptions {
  /** MariaDB unless said otherwise. */
  readonly engine?: 'mariadb' | 'postgresql';
  /** Between two looks of Neutron's maintenance worker for what has not reached OVN; 5 here, 300 in the wild. */
  readonly maintenanceIntervalSeconds?: number;
  /** A folder that `captureGolden` wrote of a lab with the same engine; from nothing when absent. */
  readonly from?: string;
  /** Servers of the Northbound, in a RAFT cluster; 0, and so a server without one, unless said otherwise. */
  readonly clusterSize?: number;
  /**
   * Every transaction of Neutron's maintenance worker says in its comment who wrote it and since when it has the lock;
   * otherwise Neutron signs nothing.
   */
  readonly signsTransactions?: boolean;
  /** Lines of a further configuration file, which overrides the lab's. */
  readonly configuration?: readonly string[];
}

export interface NeutronLab extends AsyncDisposable {
  readonly folder: string;
  readonly api: NeutronApi;
  readonly ovn: OvnLab;
  readonly database: DatabaseServer;
  readonly databaseUrl: string;
  /** For `--config-file`, in this order. */
  readonly configFiles: readonly string[];
  /** Waits until Neutron has written all it knows to OVN, as its revision numbers say. */
  settle(timeoutMs?: number): Promise<void>;
  /** An orderly end; the databases stay. */
  stopNeutron(): Promise<void>;
  /** What a power cut does to it. */
  killNeutron(): Promise<void>;
  startNeutron(): Promise<void>;
  /** The end of every log, for whoever reads why a test failed. */
  logs(): string;
}

const impatientServer = join(import.meta.dirname, 'impatient_neutron_server.py');

export const databaseName = 'neutron';

/** For a start, and for OVN to have all that SQL has: on a machine that runs other labs too, both take minutes. */
const patienceMs = 600_000;

export async function startNeutronLab(options: NeutronLabOptions = {}): Promise<NeutronLab> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'driftline-neutron-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));

  const database = stack.use(await (options.engine === 'postgresql' ? startPostgresql() : startMariadb()));
  const ovn = stack.use(await startOvn(folder, options.from, options.clusterSize));
  await database.createDatabase(databaseName);
  const databaseUrl = database.url(databaseName);
  const port = await findFreePort();
  const configFiles = [join(folder, 'neutron.conf'), join(folder, 'override.conf')];
  const [mainFile = '', overrideFile = ''] = configFiles;
  await writeFile(mainFile, neutronConfiguration({ folder, port, databaseUrl, ovn }));
  await writeFile(overrideFile, (options.configuration ?? []).map((line) => `${line}\n`).join(''));
  // An empty folder of further files, so that those of the machine's own Neutron are not read.
  const configFolder = join(folder, 'conf.d');
  await mkdir(configFolder);
  const configArguments = [...configFiles.map((file) => `--config-file=${file}`), `--config-dir=${configFolder}`];

  if (options.from === undefined) {
    await run('neutron-db-manage', [...configArguments, 'upgrade', 'heads']);
    await addDefaultChassis(ovn);
  } else {
    await database.load(databaseName, (await readGoldenFile(options.from, 'neutron.sql')).toString());
  }

  const baseUrl = `http://127.0.0.1:${port}/v2.0`;
  let server: RunningProcess | undefined;
  const startNeutron = async () => {
    server = startProcess({
      command: '/usr/bin/python3', // The one that Debian's Neutron belongs to.
      args: [impatientServer, ...configArguments],
      logFile: join(folder, 'neutron-server.log'),
      env: {
        MAINTENANCE_INTERVAL: String(options.maintenanceIntervalSeconds ?? 5),
        ...(options.signsTransactions === true ? { SIGN_TRANSACTIONS: '1' } : {}),
      },
    });
    await waitUntilReady(server, () => answers(`${baseUrl}/networks`), patienceMs);
  };
  stack.defer(async () => server?.kill());
  await startNeutron();

  const resources = stack.move();
  const lab: NeutronLab = {
    folder,
    api: new NeutronApi(baseUrl),
    ovn,
    database,
    databaseUrl,
    configFiles,
    settle: (timeoutMs = patienceMs) => settle(database, timeoutMs),
    stopNeutron: async () => server?.stop(),
    killNeutron: async () => server?.kill(),
    startNeutron,
    logs: () =>
      ['neutron-server.log', 'northd.log', 'northbound.log', 'southbound.log']
        .map((name) => `--- ${name}\n${logTail(join(folder, name), 60)}`)
        .join('\n'),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
  return lab;
}

/** Runs `use` on a lab of its own; when that fails, shows the logs before the lab is gone. */
export async function withNeutronLab(
  options: NeutronLabOptions,
  use: (lab: NeutronLab) => Promise<void>,
): Promise<void> {
  await using lab = await startNeutronLab(options);
  await showingLogs(lab, () => use(lab));
}

export async function showingLogs<Result>(lab: NeutronLab, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use();
  } catch (error) {
    console.error(lab.logs());
    throw error;
  }
}

async function addDefaultChassis(ovn: OvnLab): Promise<void> {
  const zones: Readonly<Record<string, readonly string[]>> = {
    'gw-1': ['az-1'],
    'gw-2': ['az-1', 'az-2'],
    'gw-3': ['az-2'],
  };
  for (const [index, name] of ['gw-1', 'gw-2', 'gw-3', 'cmp-1', 'cmp-2'].entries()) {
    const availabilityZones = zones[name] ?? [];
    await ovn.addChassis({ name, ip: `192.0.2.${index + 1}`, isGateway: name.startsWith('gw-'), availabilityZones });
  }
}

/** Resources whose last revision has not reached OVN yet. */
const laggingResources = `
  SELECT r.resource_type, r.resource_uuid, r.revision_number, s.revision_number
  FROM ovn_revision_numbers r JOIN standardattributes s ON s.id = r.standard_attr_id
  WHERE r.revision_number <> s.revision_number ORDER BY 1, 2`;

/** Twice in a row: a revision may agree while the request that raises it again is under way. */
async function settle(database: DatabaseServer, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (let agreements = 0; agreements < 2; ) {
    const lagging = (await database.query(databaseName, laggingResources)).trim();
    agreements = lagging === '' ? agreements + 1 : 0;
    if (lagging !== '' && Date.now() > deadline) {
      throw new Error(`Neutron did not settle within ${timeoutMs} ms; these lag:\n${lagging}`);
    }
    await sleep(300);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).ok;
  } catch {
    return false;
  }
}

/** Neutron cannot be told to choose; between this and its start another may take the port, which its log then says. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
