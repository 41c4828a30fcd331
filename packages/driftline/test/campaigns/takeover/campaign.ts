/** One campaign: shocks to the cluster and to the workers while an operator breaks rows, and what came of it all. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { logTail } from '../../../src/demo/process.ts';
import { Journal } from '../../../src/journal/journal.ts';
import { check } from '../../../src/reconcile/reconcile.ts';
import { TASKS } from '../../../src/tasks/catalogue/catalogue.ts';
import { foundIn, openDeployment } from '../../conformance/live-neutron.ts';
import { databaseName } from '../../lab/neutron-lab.ts';
import { Random } from '../random.ts';
import { type Damage, Damages } from './damages.ts';
import { applyLightLoad, type Load } from './load.ts';
import {
  findInterleavedJournals,
  findInterleavings,
  findRepeated,
  findUnrecorded,
  type JournalLine,
  type Write,
  writesOf,
} from './proof.ts';
import { ClusterRecord } from './record.ts';
import { giveShock, type Happening, type Shock, workerOf } from './shocks.ts';
import { type Daemon, type LockEvent, LockWatch, NEUTRON } from './workers.ts';
import type { World } from './world.ts';

export interface TakeoverReport {
  readonly happenings: readonly Happening[];
  readonly writes: readonly Write[];
  /** Transactions of anybody in the server's record. */
  readonly transactions: number;
  readonly locks: readonly LockEvent[];
  readonly journal: readonly JournalLine[];
  readonly damages: readonly Damage[];
  readonly load: Load | undefined;
  /** Proofs that failed, by what they are of. Empty lists, in a campaign that went well. */
  readonly violations: Readonly<Record<Proof, readonly string[]>>;
  readonly workerOf: (writer: string) => string | undefined;
}

export type Proof =
  | 'one worker at a time, by the record of the servers'
  | 'one worker at a time, by the journals'
  | 'journals and record agree'
  | 'nothing applied twice'
  | 'the servers agree'
  | 'every damage healed'
  | 'OVN agrees with Neutron'
  | 'every task done or pending'
  | 'daemons end in order';

export interface CampaignOptions {
  readonly seed: number;
  readonly order: (random: Random) => readonly Shock[];
  readonly onHappening?: (happening: Happening, of: number) => void;
}

export async function runTakeoverCampaign(world: World, options: CampaignOptions): Promise<TakeoverReport> {
  const { cluster, daemons, neutron } = world;
  const before = new Set((await drift(world)).map(keyOf));
  await using record = new ClusterRecord(cluster.servers.map(({ databaseFile }) => databaseFile));
  for (const daemon of daemons) await daemon.start();
  await using watch = new LockWatch(daemons, neutron?.logFile);
  if (neutron !== undefined) await handOver(world, watch);
  while (!daemons.some(({ name }) => name === watch.holder)) {
    const ended = daemons.find(({ isRunning }) => !isRunning);
    if (ended !== undefined) throw new Error(`daemon ${ended.name} ended: ${logTail(ended.logFile)}`);
    await sleep(50);
  }

  await using damages = await Damages.start({
    endpoints: cluster.endpoints,
    random: new Random(options.seed, 1),
    mayHarm: world.mayHarm,
    forget: neutron && ((portId) => forget(neutron.lab.database, portId)),
  });
  const endOfLoad = new AbortController();
  const loading = neutron && applyLightLoad(neutron.lab.api, neutron.deployment, endOfLoad.signal);

  const random = new Random(options.seed);
  const order = options.order(random);
  const happenings: Happening[] = [];
  for (const shock of order) {
    damages.isForNeutron = watch.holder === NEUTRON;
    const happening = await giveShock({ world, watch, record, random }, shock, happenings.length + 1);
    happenings.push(happening);
    options.onHappening?.(happening, order.length);
  }

  endOfLoad.abort();
  const load = await loading;
  await damages.stop();
  if (neutron !== undefined) await handOver(world, watch);
  await damages.untilHealed(AbortSignal.timeout(HEAL_MS / 4));
  const unsettled = await neutron?.lab.settle(HEAL_MS).catch((error: Error) => error.message);
  const differing = await untilNone(HEAL_MS, async () =>
    (await drift(world)).filter((found) => !before.has(keyOf(found))).map((found) => JSON.stringify(found)),
  );
  const holder = daemons.find(({ name }) => name === watch.holder);
  const tasks = await untilNone(HEAL_MS, async () => unfinishedTasks(holder));
  const endings = await Promise.all(daemons.map(async (daemon) => [daemon.name, await daemon.signal('SIGTERM')]));
  await watch.read();
  const entries = await record.read();
  const writes = writesOf(entries);
  const journal = daemons.flatMap(readJournal);
  // Of one whose answer never came, only the record can tell whether it was made.
  const made = new Set(entries.map(({ comment }) => /^operator: damage (\d+):/.exec(comment)?.[1]));
  const done = damages.all.filter(({ number }) => made.has(String(number)));
  // A port that Neutron has let go since, as it does when a request fails half way, is not to come back.
  const ports = new Set((await neutron?.lab.database.query(databaseName, 'SELECT id FROM ports'))?.split(/\s+/));
  const isGone = ({ what }: Damage) => {
    const [, id] = /^port (\S+) deleted, and forgotten in SQL$/.exec(what) ?? [];
    return id !== undefined && !ports.has(id);
  };
  const unhealed = done.filter((damage) => damage.healedAtMs === undefined && !isGone(damage));
  const nameOf = (writer: string) => workerOf(writer, daemons);
  const ofDaemons = (writer: string) => (nameOf(writer) === NEUTRON ? undefined : nameOf(writer));
  return {
    happenings,
    writes,
    transactions: entries.length,
    locks: watch.events,
    journal,
    damages: done,
    load,
    workerOf: nameOf,
    violations: {
      'one worker at a time, by the record of the servers': findInterleavings(writes),
      'one worker at a time, by the journals': findInterleavedJournals(journal, lossesOf(daemons, watch)),
      'journals and record agree': findUnrecorded(journal, writes, ofDaemons),
      'nothing applied twice': findRepeated(entries),
      'the servers agree': record.disagreements().map((index) => `on entry ${index} of the log`),
      'every damage healed': unhealed.map(({ number, what }) => `damage ${number}: ${what}`),
      'OVN agrees with Neutron': [...differing, ...(unsettled === undefined ? [] : [unsettled])],
      'every task done or pending': tasks,
      'daemons end in order': endings.filter(([, how]) => how !== 'exit code 0').map((pair) => pair.join(': ')),
    },
  };
}

const HEAL_MS = 120_000;

/** Until a daemon has the lock, for Neutron's worker mends only what it sees: Neutron goes to the end of the queue. */
async function handOver({ daemons, neutron }: World, watch: LockWatch): Promise<void> {
  const isWithDaemon = () => daemons.some(({ name }) => name === watch.holder);
  await sleep(SURE_MS);
  if (!isWithDaemon()) {
    await neutron?.lab.stopNeutron();
    await neutron?.lab.startNeutron();
  }
  while (!isWithDaemon()) await sleep(100);
}

/** By then a worker that gets the lock from a server that does not lead has left it. */
const SURE_MS = 1_000;

/** Neutron's own tables say that the port never reached OVN, as after a crash between the two writes. */
async function forget(database: { query(name: string, sql: string): Promise<string> }, portId: string): Promise<void> {
  await database.query(
    databaseName,
    `UPDATE ovn_revision_numbers SET revision_number = -1 WHERE resource_type = 'ports' AND resource_uuid = '${portId}'`,
  );
}

type Found = ReturnType<typeof foundIn>[number];

async function drift(world: World): Promise<readonly Found[]> {
  await using deployment = await openDeployment(world);
  const verdict = await check(deployment);
  return foundIn(verdict.drift);
}

const keyOf = ({ table, key, column, mapKey }: Found): string => JSON.stringify([table, key, column, mapKey]);

async function untilNone(patienceMs: number, find: () => Promise<readonly string[]>): Promise<readonly string[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await find();
    if (found.length === 0 || Date.now() > deadline) return found;
    await sleep(1000);
  }
}

/** Of the ledger of whoever holds the lock: tasks that never ran, or ended badly the last time. */
async function unfinishedTasks(holder: Daemon | undefined): Promise<readonly string[]> {
  if (holder === undefined) return ['no daemon holds the lock'];
  using ledger = new DatabaseSync(join(holder.folder, 'tasks.db'), { readOnly: true, timeout: 5000 });
  const rows = ledger.prepare('SELECT task, state, why FROM runs WHERE id IN (SELECT max(id) FROM runs GROUP BY task)');
  const last = new Map(rows.all().map(({ task, state, why }) => [String(task), { state: String(state), why }]));
  const scheduled = TASKS.filter(
    ({ work, offBecause }) =>
      (work.is === 'code' || (work.is === 'scope' && work.scope !== 'everything')) && offBecause === undefined,
  );
  return scheduled.flatMap(({ name }) => {
    const line = last.get(name);
    if (line === undefined) return [`${name} has not run`];
    return ['done', 'pending', 'skipped'].includes(line.state) ? [] : [`${name} ${line.state}: ${line.why}`];
  });
}

function readJournal({ name, folder }: Daemon): readonly JournalLine[] {
  using journal = new Journal(join(folder, 'journal.db'));
  return journal.entries(1_000_000).map(({ unitType, unitId, state, startedAtMs, endedAtMs }) => ({
    daemon: name,
    unit: `${unitType} ${unitId}`,
    state,
    startedAtMs,
    endedAtMs,
  }));
}

const lossesOf = (daemons: readonly Daemon[], watch: LockWatch): ReadonlyMap<string, readonly number[]> =>
  new Map(
    daemons.map(({ name, ends }) => {
      const lost = watch.events.filter(({ worker, isHeld }) => worker === name && !isHeld);
      return [name, [...ends, ...lost.map(({ atMs }) => atMs)]];
    }),
  );
