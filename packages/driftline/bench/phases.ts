/**
 * Where the time and memory of a check go: the same steps as `reconcile/`, one after the other and each by itself. Run
 * as a process of its own by scale.ts, with the arguments of `driftline check`; prints one JSON object.
 */
import { loadConfig, requestFromProcess } from '../src/config/sources.ts';
import { takeConfigArguments } from '../src/config/take-arguments.ts';
import { diff } from '../src/diff/diff.ts';
import { pair } from '../src/diff/pair.ts';
import { featuresOf } from '../src/neutron/features.ts';
import { readSnapshot } from '../src/neutron/read-snapshot.ts';
import { observe } from '../src/northbound/observe.ts';
import { Deployment } from '../src/reconcile/deployment.ts';
import { resourceFactsOf } from '../src/reconcile/resource-facts.ts';
import { indexSnapshot } from '../src/translate/context.ts';
import { translate } from '../src/translate/translate.ts';

interface Phase {
  readonly phase: string;
  readonly ms: number;
  /** All threads, those that collect garbage and compile included. */
  readonly cpu_ms: number;
  /** What lives after it; with `--expose-gc` after a collection. */
  readonly heap_mb: number;
}

const phases: Phase[] = [];

async function time<T>(phase: string, work: () => T | Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  globalThis.gc?.();
  const cpu_ms = Math.round((user + system) / 1000);
  phases.push({ phase, ms: Math.round(ms), cpu_ms, heap_mb: Math.round(process.memoryUsage().heapUsed / 2 ** 20) });
  return result;
}

const { rest: _rest, ...taken } = takeConfigArguments(process.argv.slice(2));
const sources = await loadConfig(requestFromProcess(taken));
await using deployment = await time('connect, initial dump', () => Deployment.open(sources, { writable: false }));
const { config, found, northbound, systemNameservers } = deployment;
const snapshot = await time('read SQL', () => readSnapshot(deployment.neutron, { release: found.release }));
const { schema, source } = northbound;
const features = featuresOf(snapshot.release);
const index = await time('index', () => indexSnapshot(snapshot));
const chassis = deployment.chassis();
const desired = await time('translate', () =>
  translate({ snapshot, config, features, chassis, schema, systemNameservers, index, faults: [] }),
);
const observed = await time('observe', () => observe(source));
const facts = resourceFactsOf(snapshot);
const times = {
  createdAtMs: (resource: Parameters<typeof facts.of>[0]) => facts.of(resource)?.createdAtMs,
  writtenAtMs: (resource: Parameters<typeof facts.of>[0]) => facts.writtenAtMs(resource),
};
// Comparing pairs again: `pair` stands here only to be told apart.
await time('pair, by itself', () => pair(desired, observed));
const { drift } = await time('pair and compare', () =>
  diff(desired, observed, { hasColumn: schema.hasColumn, features, times }),
);
const peak_rss_mb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ phases, drift: drift.length, peak_rss_mb })}\n`);
