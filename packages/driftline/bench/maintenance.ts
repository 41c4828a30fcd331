/**
 * Driftline beside Neutron's own maintenance worker, in one run on one deployment. From the Northbound 500 ports are
 * deleted and their revisions are reset, which upstream needs to notice; then `check_for_inconsistencies` is run by
 *
 *     theirs   Debian's Neutron, started as its maintenance worker, that runs this task once and ends
 *     ours     `driftline tasks run check_for_inconsistencies`
 *     daemon   `driftline run`, which is there already: from the deletion until the last port is back
 *
 * The runs take turns. After each the Northbound has the picture of before the damage, and SQL the revisions.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { OvsdbClient, op, type ReplicaRow } from '@driftline/ovsdb';
import { describeMachine } from '../../ovsdb/bench/machine.ts';
import { cpuMsOf, type Measured, measure, median } from '../../ovsdb/bench/measure.ts';
import { logTail, startProcess } from '../src/demo/process.ts';
import { NorthboundView } from '../test/campaigns/northbound-view.ts';
import { comparePictures, type Picture, takePicture } from '../test/campaigns/picture.ts';
import { type GoldenRelease, goldenReleases } from '../test/lab/golden.ts';
import { type MariadbServer, startMariadb } from '../test/lab/mariadb.ts';
import { type UpstreamRun, upstreamMaintenance, upstreamPython } from '../test/lab/upstream-maintenance.ts';
import { type BenchDeployment, serveGolden } from './deployment.ts';
import { driftline } from './driftline.ts';
import { turns } from './turns.ts';

const { values: options } = parseArgs({
  options: {
    release: { type: 'string', default: 'zed-6000' },
    ports: { type: 'string', default: '500' },
    runs: { type: 'string', default: '5' },
    'their-runs': { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});

/** What the project promises: how many times faster. */
const REQUIRED = 100;

const TASK = 'check_for_inconsistencies';
const release: GoldenRelease = goldenReleases.find((name) => name === options.release) ?? 'zed-6000';
const portCount = Number(options.ports);
const database = 'maintained';

/** A run of the task: the whole process, and the task in it. */
interface Run {
  readonly process: Measured;
  readonly taskMs: number;
}

class Scene implements AsyncDisposable {
  readonly deployment: BenchDeployment;
  /** For both; Neutron's worker would synchronise at its start, beside its tasks. */
  readonly arguments: readonly string[];
  readonly #mariadb: MariadbServer;
  readonly #whole: Picture;

  private constructor(deployment: BenchDeployment, args: readonly string[], mariadb: MariadbServer, whole: Picture) {
    this.deployment = deployment;
    this.arguments = args;
    this.#mariadb = mariadb;
    this.#whole = whole;
  }

  static async open(mariadb: MariadbServer): Promise<Scene> {
    await using opened = new AsyncDisposableStack();
    const deployment = opened.use(
      await serveGolden(release, mariadb, { name: database, emptied: false, withNorthd: false }),
    );
    const more = join(deployment.folder, 'more.conf');
    await writeFile(more, '[ovn]\nneutron_sync_mode = off\n');
    await using client = await connect(deployment);
    const whole = pictureOf(client);
    opened.move();
    return new Scene(deployment, [...deployment.arguments, '--config-file', more], mariadb, whole);
  }

  /** Returns when the Northbound has lost the ports. */
  async damage(client: OvsdbClient): Promise<void> {
    const ports = portsOf(client).slice(0, portCount);
    if (ports.length < portCount)
      throw new Error(`${release} has ${ports.length} ports, and ${portCount} were asked for`);
    const names = ports.map(({ name }) => `'${String(name)}'`).join(',');
    await this.#mariadb.query(
      database,
      `UPDATE ovn_revision_numbers SET revision_number = -1 WHERE resource_type = 'ports' AND resource_uuid IN (${names})`,
    );
    const lost = new Set(ports.map(({ _uuid }) => _uuid));
    const deletions = [...client.replica.table('Logical_Switch').rows.values()].flatMap(({ _uuid, ports: held }) => {
      const members = (held as readonly string[]).filter((uuid) => lost.has(uuid));
      return members.length === 0 ? [] : [op.mutate('Logical_Switch', _uuid, [['ports', 'delete', members]])];
    });
    await client.transact(deletions);
  }

  /** Throws unless everything is as it was before the damage. */
  async assertMended(): Promise<void> {
    await using client = await connect(this.deployment);
    const differences = comparePictures(this.#whole, pictureOf(client));
    if (differences.length > 0) throw new Error(`not mended:\n${differences.slice(0, 10).join('\n')}`);
    const behind = await this.behind();
    if (behind > 0) throw new Error(`not mended: ${behind} revisions are behind`);
  }

  async behind(): Promise<number> {
    const count = await this.#mariadb.query(
      database,
      `SELECT count(*) FROM ovn_revision_numbers r JOIN standardattributes s ON s.id = r.standard_attr_id
       WHERE r.revision_number <> s.revision_number`,
    );
    return Number(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.deployment[Symbol.asyncDispose]();
  }
}

const connect = ({ northboundEndpoint }: BenchDeployment): Promise<OvsdbClient> =>
  OvsdbClient.connect({ database: 'OVN_Northbound', endpoints: northboundEndpoint });

const pictureOf = (client: OvsdbClient): Picture =>
  takePicture(new NorthboundView(client, release), { withoutFreeChoices: true });

/** Those of instances, in the order of their names; none with a floating IP, which upstream's forgets to write. */
const portsOf = (client: OvsdbClient): readonly ReplicaRow[] =>
  [...client.replica.table('Logical_Switch_Port').rows.values()]
    .filter(({ type, external_ids }) => {
      const ids = external_ids as ReadonlyMap<string, string>;
      return type === '' && ids.has('neutron:port_name') && !ids.has('neutron:port_fip');
    })
    .sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1));

async function damaged(scene: Scene): Promise<void> {
  await using client = await connect(scene.deployment);
  await scene.damage(client);
}

async function runTheirs(scene: Scene): Promise<Run> {
  await damaged(scene);
  const process = await succeed(upstreamPython, [upstreamMaintenance, ...scene.arguments, '--', TASK]);
  const [, answer = ''] = process.stdout.trim().split('\n');
  const ran = JSON.parse(answer) as UpstreamRun;
  if (ran.ended !== 'returned') throw new Error(`${TASK} ${ran.ended}: ${ran.why}`);
  await scene.assertMended();
  return { process, taskMs: ran.seconds * 1000 };
}

async function runOurs(scene: Scene): Promise<Run> {
  await damaged(scene);
  const process = await succeed(driftline, ['tasks', 'run', TASK, ...scene.arguments]);
  await scene.assertMended();
  const history = await succeed(driftline, [
    'tasks',
    'history',
    TASK,
    '--limit',
    '1',
    '-f',
    'json',
    ...scene.arguments,
  ]);
  const { runs } = JSON.parse(history.stdout) as { runs: { started_at: string; ended_at: string }[] };
  const [last] = runs;
  if (last === undefined) throw new Error('the ledger has no run of the task');
  return { process, taskMs: Date.parse(last.ended_at) - Date.parse(last.started_at) };
}

interface Heal {
  /** Until the last port was back. */
  readonly wallMs: number;
  /** Of the daemon, until the revisions were written down too. */
  readonly cpuMs: number;
}

/** Of a daemon that has looked around and waits for nothing: what its grace period adds is configured. */
async function timeDaemon(scene: Scene, count: number): Promise<readonly Heal[]> {
  const logFile = join(scene.deployment.folder, 'daemon.log');
  const args = [executable, 'run', ...scene.arguments, '--driftline-grace_period', '0'];
  await using daemon = startProcess({ command: process.execPath, args, logFile });
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await isSo())) {
      if (!daemon.isRunning()) throw new Error(`driftline ended (${await daemon.ended}):\n${logTail(logFile)}`);
      await sleep(POLL_MS);
    }
  };
  await until(() => /INFO full pass/.test(logTail(logFile, 1000)));
  await using client = await connect(scene.deployment);
  const total = portsOf(client).length;
  const heals: Heal[] = [];
  while (heals.length < count) {
    const cpuBefore = cpuMsOf(daemon.pid);
    await scene.damage(client);
    const startedAt = performance.now();
    await until(() => portsOf(client).length === total);
    const wallMs = performance.now() - startedAt;
    await until(async () => (await scene.behind()) === 0);
    heals.push({ wallMs, cpuMs: cpuMsOf(daemon.pid) - cpuBefore });
    await scene.assertMended();
  }
  return heals;
}

const executable = join(import.meta.dirname, '..', 'bin', 'driftline.js');
const POLL_MS = 10;

async function succeed(command: string, args: readonly string[]): Promise<Measured> {
  const measured = await measure(command, args);
  if (measured.exitCode === 0) return measured;
  const said = `${measured.stdout}${measured.stderr}`.slice(-2000);
  throw new Error(`${command} ${args.join(' ')} ended with ${measured.exitCode}:\n${said}`);
}

const inSeconds = (ms: number): number => Number((ms / 1000).toFixed(2));
const summarise = (runs: readonly Run[]) => ({
  runs: runs.length,
  whole_s: inSeconds(median(runs.map(({ process: { wallMs } }) => wallMs))),
  task_s: inSeconds(median(runs.map(({ taskMs }) => taskMs))),
  cpu_s: inSeconds(median(runs.map(({ process: { cpuMs } }) => cpuMs))),
  peak_rss_mb: Math.max(...runs.map(({ process: { peakRssMb } }) => peakRssMb)),
  all_whole_s: runs.map(({ process: { wallMs } }) => inSeconds(wallMs)),
  all_task_s: runs.map(({ taskMs }) => inSeconds(taskMs)),
});

const progress = (who: string, { process: { wallMs }, taskMs }: Run): void =>
  void process.stderr.write(`${who}: ${inSeconds(wallMs)} s, of which the task ${inSeconds(taskMs)} s\n`);

await using mariadb = await startMariadb();
await using scene = await Scene.open(mariadb);
// Each tool's first look warms the server's caches and its own, and is not counted.
progress('ours, to warm up', await runOurs(scene));
const ours: Run[] = [];
const theirs: Run[] = [];
for (const turn of turns(Number(options.runs), Number(options['their-runs']))) {
  const run = turn === 'ours' ? await runOurs(scene) : await runTheirs(scene);
  (turn === 'ours' ? ours : theirs).push(run);
  progress(turn, run);
}
const heals = await timeDaemon(scene, Number(options.runs));
const healedMs = heals.map(({ wallMs }) => wallMs);
process.stderr.write(`daemon: ${healedMs.map(inSeconds).join(' ')} s\n`);

const results = {
  driftline: summarise(ours),
  neutron: summarise(theirs),
  daemon: {
    healed_s: inSeconds(median(healedMs)),
    cpu_s: inSeconds(median(heals.map(({ cpuMs }) => cpuMs))),
    all_healed_s: healedMs.map(inSeconds),
  },
};
const times = (slow: number, quick: number): number => Number((slow / quick).toFixed(1));
const timesFaster = {
  whole: times(results.neutron.whole_s, results.driftline.whole_s),
  task: times(results.neutron.task_s, results.driftline.task_s),
  cpu: times(results.neutron.cpu_s, results.driftline.cpu_s),
  daemon: times(results.neutron.task_s, results.daemon.healed_s),
  daemon_cpu: times(results.neutron.cpu_s, results.daemon.cpu_s),
};
const isMet = Math.min(timesFaster.task, timesFaster.daemon) >= REQUIRED;
const report = {
  deployment: release,
  ports: portCount,
  machine: describeMachine(),
  results,
  times_faster: timesFaster,
  required: REQUIRED,
  met: isMet,
};
console.log(`${portCount} ports of ${release}, mended by ${TASK}; medians`);
console.table({
  'tasks run': pick(results.driftline),
  daemon: row(undefined, results.daemon.healed_s, results.daemon.cpu_s, heals.length),
  neutron: pick(results.neutron),
  'times faster, tasks run': row(timesFaster.whole, timesFaster.task, timesFaster.cpu),
  'times faster, daemon': row(undefined, timesFaster.daemon, timesFaster.daemon_cpu),
});
if (options.json !== undefined) {
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}
if (!isMet) process.exitCode = 1;

function pick({ whole_s, task_s, cpu_s, runs, peak_rss_mb }: ReturnType<typeof summarise>) {
  return { ...row(whole_s, task_s, cpu_s, runs), 'memory, MB': peak_rss_mb };
}

function row(whole: number | undefined, healed: number, cpu: number, runs?: number) {
  return {
    ...(whole !== undefined && { 'whole process, s': whole }),
    'mended in, s': healed,
    'CPU, s': cpu,
    ...(runs !== undefined && { 'ports a second': Math.round((10 * portCount) / healed) / 10, runs }),
  };
}
