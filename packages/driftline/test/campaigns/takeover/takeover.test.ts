import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../random.ts';
import { runTakeoverCampaign } from './campaign.ts';
import { Damages } from './damages.ts';
import { findInterleavings, writesOf } from './proof.ts';
import { ClusterRecord } from './record.ts';
import { reportLines } from './report.ts';
import { type Shock, workerOf } from './shocks.ts';
import type { Daemon } from './workers.ts';
import { openWorldWithoutNeutron } from './world.ts';

/** A few of the whole campaign's (`npm run campaign:takeover`); none that waits for a probe. */
const FEW: readonly Shock[] = [
  'leader transferred',
  'log compacted',
  'leader killed',
  'holder killed',
  'holder terminated',
];

test('of three daemons one at a time acts, whatever becomes of leaders and workers, and nothing is lost', async (t) => {
  await using world = await openWorldWithoutNeutron();
  const report = await runTakeoverCampaign(world, { seed: 3, order: (random) => random.shuffle(FEW) });
  for (const line of reportLines(report)) t.diagnostic(line);
  for (const [proof, violations] of Object.entries(report.violations)) assert.deepEqual(violations, [], proof);
  assert.ok(report.writes.length > 0 && report.journal.length > 0 && report.damages.length > 0);
  const tookOver = report.happenings.filter(({ takeover }) => takeover !== undefined);
  assert.ok(tookOver.length > 0);
});

test('a daemon that asserts nothing is found out by the servers’ record', async () => {
  await using world = await openWorldWithoutNeutron('b');
  const [lawful, lawless] = world.daemons;
  assert.ok(lawful !== undefined && lawless !== undefined);
  await using record = new ClusterRecord(world.cluster.servers.map(({ databaseFile }) => databaseFile));
  const countWrites = async (name: string): Promise<number> =>
    writesOf(await record.read()).filter(({ writer }) => workerOf(writer, world.daemons) === name).length;
  /** Until it has written once more; whoever is stopped can't be the one that mends what is broken meanwhile. */
  const haveWrite = async (one: Daemon, stopped: Daemon): Promise<void> => {
    await stopped.signal('SIGSTOP');
    const before = await countWrites(one.name);
    while ((await countWrites(one.name)) === before) await sleep(50);
    await stopped.signal('SIGCONT');
  };
  await lawful.start();
  await using _damages = await Damages.start({
    endpoints: world.cluster.endpoints,
    random: new Random(1),
    mayHarm: world.mayHarm,
    forget: undefined,
  });
  await lawless.start();
  let found: readonly string[] = [];
  // Once would do, but a server may take for dead who is stopped, and the lawful one then begins a new tenure.
  while (found.length === 0) {
    await haveWrite(lawful, lawless);
    await haveWrite(lawless, lawful);
    found = findInterleavings(writesOf(await record.read()));
  }
  assert.match(found[0] ?? '', /^driftline \S+ since \S+ wrote #\d+ \(.*after driftline/);
});
