/** What is done to the cluster and to the workers, one shock after another, and who took over. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OvsdbServer } from '@driftline/ovsdb/testing';
import type { Random } from '../random.ts';
import { writesOf } from './proof.ts';
import type { ClusterRecord } from './record.ts';
import { type Daemon, type LockWatch, NEUTRON } from './workers.ts';
import type { World } from './world.ts';

export const SHOCKS = [
  'leader transferred',
  'log compacted',
  'leader killed',
  'leader paused',
  'leader and holder paused',
  'follower killed',
  'holder killed',
  'holder terminated',
  'holder paused',
  'standby killed',
  'neutron killed',
  'neutron restarted',
] as const;
export type Shock = (typeof SHOCKS)[number];

/** How many of each; in all, with those of a long campaign, more than 200. */
export const LONG: Readonly<Record<Shock, number>> = {
  'leader transferred': 80,
  'log compacted': 12,
  'leader killed': 34,
  'leader paused': 8,
  'leader and holder paused': 4,
  'follower killed': 10,
  'holder killed': 36,
  'holder terminated': 14,
  'holder paused': 7,
  'standby killed': 6,
  'neutron killed': 3,
  'neutron restarted': 2,
};

/** In an order of chance, but for runs of lost holders: only then does the lock come to who asked for it last. */
export function orderOf(counts: Readonly<Record<Shock, number>>, random: Random): readonly Shock[] {
  const bag = SHOCKS.flatMap((shock) => Array.from({ length: counts[shock] }, () => shock));
  const runs: Shock[][] = [];
  for (const shock of random.shuffle(bag)) {
    const run = runs.at(-1);
    const isOfHolder = shock === 'holder killed' || shock === 'holder terminated';
    if (isOfHolder && run !== undefined && run.length < RUN && run.every((each) => each.startsWith('holder'))) {
      run.push(shock);
    } else if (isOfHolder) {
      const open = runs.find((each) => each.length < RUN && each.every((one) => one.startsWith('holder')));
      if (open === undefined) runs.push([shock]);
      else open.push(shock);
    } else runs.push([shock]);
  }
  return random.shuffle(runs).flat();
}

/** As many daemons as there are: after so many losses Neutron's worker is the first in the queue. */
const RUN = 3;

export interface Happening {
  readonly number: number;
  /** What was meant may not have been possible: this is what was done. */
  readonly shock: Shock;
  readonly atMs: number;
  readonly holder: string | undefined;
  /** undefined: nobody had to take over. `writeMs` undefined: nothing was written before the next shock. */
  readonly takeover: { readonly by: string; readonly lockMs: number; readonly writeMs: number | undefined } | undefined;
}

interface Scene {
  readonly world: World;
  readonly watch: LockWatch;
  readonly record: ClusterRecord;
  readonly random: Random;
}

/** Longer than any takeover: what lasts longer is reported as none. */
const TAKEOVER_PATIENCE_MS = 30_000;
/** See `LockWatch.holder`. */
const NEUTRON_SURE_MS = 500;
/** For the first write after it. There may be nothing to write that is old enough. */
const WRITE_PATIENCE_MS = 6_000;

export async function giveShock(scene: Scene, wanted: Shock, number: number): Promise<Happening> {
  const { world, watch } = scene;
  await untilWhole(world);
  await watch.read();
  const { holder } = watch;
  const shock = possible(wanted, world, holder);
  const atMs = Date.now();
  const recover = await strike(scene, shock, holder);
  const unseats =
    shock.startsWith('leader') || shock.startsWith('holder') || (shock.startsWith('neutron') && holder === NEUTRON);
  const takeover = unseats ? await awaitTakeover(scene, atMs) : undefined;
  if (!unseats) await sleep(500);
  await recover();
  return { number, shock, atMs, holder, takeover };
}

/** Neutron takes long to come back: of it no more is killed than is wanted. */
function possible(shock: Shock, world: World, holder: string | undefined): Shock {
  if (shock.startsWith('neutron') && world.neutron === undefined) return 'leader transferred';
  const isOfDaemon = shock.startsWith('holder');
  return isOfDaemon && !world.daemons.some(({ name }) => name === holder) ? 'leader transferred' : shock;
}

type Recover = () => Promise<void>;

async function strike({ world, random }: Scene, shock: Shock, holder: string | undefined): Promise<Recover> {
  const { cluster, daemons, neutron } = world;
  const nothing = async () => undefined;
  const holding = daemons.find(({ name }) => name === holder);
  switch (shock) {
    case 'leader transferred':
      await (await cluster.leader()).appctl('cluster/failure-test', 'transfer-leadership');
      return nothing;
    case 'log compacted':
      // Asked for, it does not cost the leader its lead, as it does when the server thinks it is time; the file is new.
      await (await cluster.leader()).appctl('ovsdb-server/compact', cluster.databaseName);
      return nothing;
    case 'leader killed':
    case 'follower killed': {
      const leader = await cluster.leader();
      const server =
        shock === 'leader killed' ? leader : random.pick(cluster.servers.filter((each) => each !== leader));
      await server.kill('SIGKILL');
      return () => server.start();
    }
    case 'leader paused': {
      const leader = await cluster.leader();
      await leader.kill('SIGSTOP');
      return () => leader.kill('SIGCONT');
    }
    case 'leader and holder paused': {
      // A machine that both are on stands still for a while.
      const leader = await cluster.leader();
      await holding?.signal('SIGSTOP');
      await leader.kill('SIGSTOP');
      return async () => {
        await leader.kill('SIGCONT');
        await holding?.signal('SIGCONT');
      };
    }
    case 'holder killed':
    case 'holder terminated':
      await holding?.signal(shock === 'holder killed' ? 'SIGKILL' : 'SIGTERM');
      await holding?.start();
      return nothing;
    case 'holder paused':
      await holding?.signal('SIGSTOP');
      return async () => {
        await holding?.signal('SIGCONT');
      };
    case 'standby killed': {
      const standby = random.pick(daemons.filter((daemon) => daemon !== holding));
      await standby.signal('SIGKILL');
      await standby.start();
      return nothing;
    }
    case 'neutron killed':
      await neutron?.lab.killNeutron();
      return async () => neutron?.lab.startNeutron();
    case 'neutron restarted':
      await neutron?.lab.stopNeutron();
      return async () => neutron?.lab.startNeutron();
    default:
      throw shock satisfies never;
  }
}

async function awaitTakeover({ world, watch, record }: Scene, atMs: number): Promise<Happening['takeover']> {
  const held = await until(TAKEOVER_PATIENCE_MS, async () => {
    await watch.read();
    return watch.events.find(
      (event) =>
        event.isHeld &&
        event.atMs >= atMs &&
        (event.worker !== NEUTRON || (Date.now() - event.atMs > NEUTRON_SURE_MS && watch.isLasting(event))),
    );
  });
  if (held === undefined) return undefined;
  const wrote = await until(WRITE_PATIENCE_MS, async () =>
    writesOf(await record.read()).find((write) => write.sinceMs >= atMs),
  );
  if (wrote === undefined) return { by: held.worker, lockMs: held.atMs - atMs, writeMs: undefined };
  const by = workerOf(wrote.writer, world.daemons) ?? wrote.writer;
  return { by, lockMs: held.atMs - atMs, writeMs: wrote.atMs - atMs };
}

async function until<T>(patienceMs: number, find: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await find();
    if (found !== undefined || Date.now() > deadline) return found;
    await sleep(50);
  }
}

/** The name of whoever signs like this. */
export function workerOf(writer: string, daemons: readonly Daemon[]): string | undefined {
  if (writer.startsWith('neutron ')) return NEUTRON;
  const pid = Number(writer.slice(writer.lastIndexOf(':') + 1));
  return daemons.find(({ pids }) => pids.has(pid))?.name;
}

/** Whatever the last shock did to it, the cluster has all its servers and a leader again. */
async function untilWhole({ cluster }: World): Promise<void> {
  for (const server of cluster.servers) {
    while (!(await isMember(server, cluster.databaseName))) await sleep(50);
  }
  await cluster.leader();
}

async function isMember(server: OvsdbServer, databaseName: string): Promise<boolean> {
  const status = await server.appctl('cluster/status', databaseName).catch(() => '');
  return /^Status: cluster member/m.test(status) && /^Leader: (?!unknown)/m.test(status);
}
