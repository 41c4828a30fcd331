/**
 * The embedded default: a sample deployment that needs no OpenStack.
 *
 * Neutron's database is a SQLite file, OVN's two are ovsdb-servers of our own; all of it lives in a state folder and
 * survives a restart. The Northbound starts empty, so the first pass builds the whole of it. This folder is what
 * `npm start` runs.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { answersOn, createOvnDatabase, type OvnDatabase, type OvsdbServer, startOvsdbServer } from './ovsdb-server.ts';

export interface Embedded extends AsyncDisposable {
  readonly stateFolder: string;
  /** For `--config-file`, in this order. */
  readonly configFiles: readonly string[];
  readonly nbEndpoint: string;
  readonly sbEndpoint: string;
  /** SQLite. */
  readonly neutronDatabaseFile: string;
}

const DATABASE_NAME = 'neutron.sqlite';
const run = promisify(execFile);
const unzip = promisify(gunzip);
const sampleFolder = join(import.meta.dirname, 'sample');
const projectFolder = join(import.meta.dirname, '..', '..', '..', '..');

export function defaultStateFolder(): string {
  return resolve(process.env.DRIFTLINE_STATE ?? join(projectFolder, '.state'));
}

/** Throws when another process uses the state folder. What a killed process left behind there is cleaned up. */
export async function startEmbedded(stateFolder = defaultStateFolder()): Promise<Embedded> {
  await using stack = new AsyncDisposableStack();
  await mkdir(stateFolder, { recursive: true });
  const socketFolder = await makeSocketFolder(stateFolder);
  stack.use(await claim(stateFolder, socketFolder));
  if (socketFolder !== stateFolder) stack.defer(() => rm(socketFolder, { recursive: true, force: true }));

  const neutronDatabaseFile = join(stateFolder, DATABASE_NAME);
  await unpackOnce('neutron.sqlite.gz', neutronDatabaseFile);
  await unpackOnce('southbound.db.gz', join(stateFolder, 'southbound.db'));
  const northboundFile = join(stateFolder, 'northbound.db');
  if (!existsSync(northboundFile)) await createOvnDatabase(northboundFile, 'northbound');

  const serve = async (which: OvnDatabase): Promise<OvsdbServer> =>
    stack.use(
      await startOvsdbServer({
        databaseFile: join(stateFolder, `${which}.db`),
        socketFile: join(socketFolder, `${which}.sock`),
      }),
    );
  const northbound = await serve('northbound');
  const southbound = await serve('southbound');
  // ovn-northd would do this: without it the database lacks its NB_Global row.
  await run('ovn-nbctl', [`--db=${northbound.endpoint}`, '--timeout=60', 'init']);

  const configFile = join(stateFolder, 'neutron.conf');
  await writeFile(configFile, await configuration(stateFolder, northbound.endpoint, southbound.endpoint));
  const resources = stack.move();
  return {
    stateFolder,
    configFiles: [configFile],
    nbEndpoint: northbound.endpoint,
    sbEndpoint: southbound.endpoint,
    neutronDatabaseFile,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function configuration(stateFolder: string, nbEndpoint: string, sbEndpoint: string): Promise<string> {
  return [
    '# Written at each start of the demo: changes here are lost.',
    await readFile(join(sampleFolder, 'neutron.conf'), 'utf8'),
    '[database]',
    `connection = sqlite:///${join(stateFolder, DATABASE_NAME)}`,
    '[ovn]',
    `ovn_nb_connection = ${nbEndpoint}`,
    `ovn_sb_connection = ${sbEndpoint}`,
    '[driftline]',
    `state_path = ${stateFolder}`,
    '# Nobody else writes this Neutron: there is no race to wait out.',
    'grace_period = 0',
    '',
  ].join('\n');
}

/** By way of a second name, so that an interrupted start leaves no half file that the next would take for whole. */
async function unpackOnce(name: string, target: string): Promise<void> {
  if (existsSync(target)) return;
  await writeFile(`${target}.part`, await unzip(await readFile(join(sampleFolder, name))));
  await rename(`${target}.part`, target);
}

/** The kernel takes 107 bytes for the name of a unix socket; a longer state folder gets its sockets elsewhere. */
const socketNameLimit = 107;

async function makeSocketFolder(stateFolder: string): Promise<string> {
  if (Buffer.byteLength(join(stateFolder, 'southbound.sock')) <= socketNameLimit) return stateFolder;
  const name = createHash('sha256').update(stateFolder).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `driftline-${name}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** One process a state folder: its number stands in a file there while it lives. */
async function claim(stateFolder: string, socketFolder: string): Promise<AsyncDisposable> {
  const ownerFile = join(stateFolder, 'owner.pid');
  const owner = Number(await readFile(ownerFile, 'utf8').catch(() => ''));
  if (owner > 0 && owner !== process.pid && isAlive(owner)) {
    throw new Error(
      `process ${owner} already runs the demo in ${stateFolder}; stop it, or set DRIFTLINE_STATE to another folder`,
    );
  }
  for (const which of ['northbound', 'southbound'] satisfies OvnDatabase[]) await endOrphan(socketFolder, which);
  await writeFile(ownerFile, `${process.pid}\n`);
  return { [Symbol.asyncDispose]: () => rm(ownerFile, { force: true }) };
}

/** Ends the server of a demo that was killed: two servers cannot have one database. */
async function endOrphan(socketFolder: string, which: OvnDatabase): Promise<void> {
  const socketFile = join(socketFolder, `${which}.sock`);
  const deadline = Date.now() + 10_000;
  while (await answersOn(socketFile)) {
    if (Date.now() > deadline) throw new Error(`a server that will not end still answers on ${socketFile}; end it`);
    // It may be ending already, and refuse.
    await run('ovs-appctl', ['-t', join(socketFolder, `${which}.ctl`), 'exit']).catch(() => undefined);
    await sleep(50);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another account.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
