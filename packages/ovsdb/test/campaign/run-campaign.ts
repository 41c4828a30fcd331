/**
 * The campaign of faults: `npm run campaign:ovsdb-faults`. Prints a table of what was done and found; ends with 1 when
 * any truth was violated, naming the seeds.
 */
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Random } from './random.ts';
import { openWorld, type RunResult, runOnce } from './run.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    /** Clusters side by side. */
    clusters: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});

const total = Number(options.runs);
const firstSeed = Number(options.seed);
const startedAt = performance.now();
const results: RunResult[] = [];
let next = 0;

async function work(): Promise<void> {
  while (next < total) {
    await using world = await openWorld(new Random(firstSeed));
    // A cluster is given up after a while: its log grows, and its servers' ages with it.
    for (let turn = 0; turn < 50 && next < total; turn++) {
      const seed = firstSeed + next++;
      const result = await runOnce(world, seed).catch((error: unknown) => brokenOff(seed, error));
      results.push(result);
      for (const violation of result.violations) process.stdout.write(`seed ${result.seed}: ${violation}\n`);
      if (results.length % 25 === 0) process.stdout.write(`${results.length} of ${total} runs\n`);
      if (result.violations.length > 0) break;
    }
  }
}

const brokenOff = (seed: number, error: unknown): RunResult => ({
  seed,
  faults: {},
  outcomes: { committed: 0, failed: 0, unknown: 0, 'executed twice': 0 },
  syncs: {},
  changes: 0,
  violations: [`the run broke off: ${error instanceof Error ? error.stack : String(error)}`],
});

await Promise.all(Array.from({ length: Number(options.clusters) }, work));

const sum = (of: (result: RunResult) => Readonly<Record<string, number>>) => {
  const sums: Record<string, number> = {};
  for (const result of results)
    for (const [name, count] of Object.entries(of(result))) sums[name] = (sums[name] ?? 0) + count;
  return sums;
};
const summary = {
  runs: results.length,
  seeds: [firstSeed, firstSeed + total - 1],
  minutes: Number(((performance.now() - startedAt) / 60_000).toFixed(1)),
  load: loadavg()[0]?.toFixed(1),
  faults: sum((result) => result.faults),
  outcomes: sum((result) => result.outcomes),
  syncs: sum((result) => result.syncs),
  changes: results.reduce((changes, result) => changes + result.changes, 0),
  violations: results.reduce((violations, result) => violations + result.violations.length, 0),
};
console.dir(summary, { depth: null });
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(summary, null, 2)}\n`);
process.exit(summary.violations === 0 ? 0 : 1);
