/**
 * Driftline beside `neutron-ovn-db-sync-util`, upstream's offline tool, in one run on copies of one deployment:
 *
 *     check    `driftline check`  against  the tool in its `log` mode; both only look, so both look at the same copy
 *     rebuild  `driftline repair` against  the tool in its `repair` mode, each on a copy with an emptied Northbound
 *
 * Whole processes, start-up included. The runs of both take turns.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../../ovsdb/bench/machine.ts';
import { type Measured, measure, median } from '../../ovsdb/bench/measure.ts';
import { goldenReleases } from '../test/lab/golden.ts';
import { type MariadbServer, startMariadb } from '../test/lab/mariadb.ts';
import { type BenchDeployment, serveGolden } from './deployment.ts';
import { driftline } from './driftline.ts';
import { turns } from './turns.ts';

const { values: options } = parseArgs({
  options: {
    release: { type: 'string', default: 'zed-6000' },
    /** Of `driftline check`, and of the rebuild. */
    runs: { type: 'string', default: '5' },
    'rebuild-runs': { type: 'string', default: '3' },
    /** Of the tool, in each mode. */
    'their-runs': { type: 'string', default: '1' },
    only: { type: 'string' },
    northd: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});

/** What the project promises: how many times faster. */
const REQUIRED = { check: 20, rebuild: 30 } as const;

const release = goldenReleases.find((name) => name === options.release) ?? 'zed-6000';
const withNorthd = options.northd;
const ourRuns = Number(options.runs);
const ourRebuilds = Number(options['rebuild-runs']);
const theirRuns = Number(options['their-runs']);
const syncUtil = 'neutron-ovn-db-sync-util';

interface Comparison {
  readonly task: keyof typeof REQUIRED;
  readonly ours: readonly Measured[];
  readonly theirs: readonly Measured[];
  /** What proves that ours did the job. */
  readonly proof: string;
}

async function compareChecks(mariadb: MariadbServer): Promise<Comparison> {
  await using deployment = await serveGolden(release, mariadb, { name: 'checked', emptied: false, withNorthd });
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  // Each tool's first look warms the server's caches and its own, and is not counted.
  await check(deployment);
  for (const turn of turns(ourRuns, theirRuns)) {
    if (turn === 'ours') ours.push(await check(deployment));
    else theirs.push(await sync(deployment, 'log'));
    progress('check', ours, theirs);
  }
  return { task: 'check', ours, theirs, proof: (ours.at(-1)?.stdout ?? '').trim() };
}

async function compareRebuilds(mariadb: MariadbServer): Promise<Comparison> {
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  const proofs: string[] = [];
  for (const [number, turn] of turns(ourRebuilds, theirRuns).entries()) {
    const name = `rebuilt${number}`;
    await using deployment = await serveGolden(release, mariadb, { name, emptied: true, withNorthd });
    if (turn === 'ours') {
      ours.push(await succeed(driftline, ['repair', '--yes', '--no-limits', ...deployment.arguments]));
      proofs.push((await check(deployment)).stdout.trim());
    } else {
      theirs.push(await sync(deployment, 'repair'));
      const left = await measure(driftline, ['check', ...deployment.arguments]);
      proofs.push(`after the tool's: ${left.stdout.trim().split('\n').at(-1)}`);
    }
    progress('rebuild', ours, theirs);
  }
  return { task: 'rebuild', ours, theirs, proof: [...new Set(proofs)].join('\n') };
}

/** Fails unless nothing differs: a fast answer that is wrong is worth nothing. */
const check = (deployment: BenchDeployment): Promise<Measured> =>
  succeed(driftline, ['check', ...deployment.arguments]);

const sync = (deployment: BenchDeployment, mode: 'log' | 'repair'): Promise<Measured> =>
  succeed(syncUtil, [...deployment.arguments, '--ovn-neutron_sync_mode', mode]);

async function succeed(command: string, args: readonly string[]): Promise<Measured> {
  const measured = await measure(command, args);
  if (measured.exitCode === 0) return measured;
  const said = `${measured.stdout}${measured.stderr}`.slice(-2000);
  throw new Error(`${command} ${args.join(' ')} ended with ${measured.exitCode}:\n${said}`);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const wall = (runs: readonly Measured[]): number => median(runs.map(({ wallMs }) => wallMs));

function progress(task: string, ours: readonly Measured[], theirs: readonly Measured[]): void {
  const list = (runs: readonly Measured[]): string => runs.map(({ wallMs }) => seconds(wallMs)).join(' ');
  process.stderr.write(`${task}: ours ${list(ours)} | theirs ${list(theirs)}\n`);
}

function summarise({ task, ours, theirs, proof }: Comparison) {
  const numbers = (runs: readonly Measured[]) => ({
    median_s: Number((wall(runs) / 1000).toFixed(3)),
    runs_s: runs.map(({ wallMs }) => Number((wallMs / 1000).toFixed(3))),
    cpu_s: Number((median(runs.map(({ cpuMs }) => cpuMs)) / 1000).toFixed(2)),
    peak_rss_mb: Math.max(...runs.map(({ peakRssMb }) => peakRssMb)),
  });
  const times = wall(theirs) / wall(ours);
  return {
    task,
    driftline: numbers(ours),
    sync_util: numbers(theirs),
    times_faster: Number(times.toFixed(1)),
    required: REQUIRED[task],
    met: times >= REQUIRED[task],
    proof,
  };
}

await using mariadb = await startMariadb();
const results = [];
for (const [task, compare] of [
  ['check', compareChecks],
  ['rebuild', compareRebuilds],
] as const) {
  if (options.only !== undefined && options.only !== task) continue;
  results.push(summarise(await compare(mariadb)));
}
const report = { deployment: release, ovn_northd: withNorthd, machine: describeMachine(), results };

console.log(`${release}, ${withNorthd ? 'with' : 'without'} ovn-northd; medians of whole processes`);
console.table(
  Object.fromEntries(
    results.map(({ task, driftline: ours, sync_util: theirs, times_faster, required, met }) => [
      task,
      {
        driftline: `${ours.median_s} s (${ours.runs_s.length} runs)`,
        'sync-util': `${theirs.median_s} s (${theirs.runs_s.length} runs)`,
        'times faster': times_faster,
        required,
        met,
        'our CPU, memory': `${ours.cpu_s} s, ${ours.peak_rss_mb} MB`,
        'their CPU, memory': `${theirs.cpu_s} s, ${theirs.peak_rss_mb} MB`,
      },
    ]),
  ),
);
for (const { task, proof } of results) console.log(`${task}: ${proof}`);
if (options.json !== undefined) {
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}
if (results.some(({ met }) => !met)) process.exitCode = 1;
