/**
 * Driftline alone, on a deployment as large as asked for: a Neutron database generated straight into MariaDB, its
 * Northbound built by `driftline repair` from nothing, then full checks, and where their time goes.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../../ovsdb/bench/machine.ts';
import { type Measured, measure, median } from '../../ovsdb/bench/measure.ts';
import { driftline } from './driftline.ts';
import { serveGenerated } from './generated-deployment.ts';

const { values: options } = parseArgs({
  options: {
    ports: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    /** Of `driftline check`. */
    runs: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
const size = { ports: Number(options.ports), seed: Number(options.seed) };

async function succeed(command: string, args: readonly string[]): Promise<Measured> {
  const measured = await measure(command, args);
  process.stderr.write(`${args[0]}: ${(measured.wallMs / 1000).toFixed(2)} s, ${measured.peakRssMb} MB\n`);
  if (measured.exitCode === 0) return measured;
  throw new Error(`${args[0]} ended with ${measured.exitCode}: ${`${measured.stdout}${measured.stderr}`.slice(-2000)}`);
}

const figures = (runs: readonly Measured[]) => ({
  median_s: Number((median(runs.map(({ wallMs }) => wallMs)) / 1000).toFixed(2)),
  runs_s: runs.map(({ wallMs }) => Number((wallMs / 1000).toFixed(2))),
  cpu_s: Number((median(runs.map(({ cpuMs }) => cpuMs)) / 1000).toFixed(2)),
  peak_rss_mb: Math.max(...runs.map(({ peakRssMb }) => peakRssMb)),
});

await using deployment = await serveGenerated(size);
process.stderr.write(`${deployment.sqlRows.toLocaleString('en')} rows generated\n`);

const build = await succeed(driftline, ['repair', '--yes', '--no-limits', ...deployment.arguments]);
const checks: Measured[] = [];
for (let index = 0; index < Number(options.runs); index++) {
  checks.push(await succeed(driftline, ['check', ...deployment.arguments]));
}
const phasesFile = join(import.meta.dirname, 'phases.ts');
const inside = await succeed('node', ['--expose-gc', phasesFile, ...deployment.arguments]);
const { phases } = JSON.parse(inside.stdout) as {
  phases: { phase: string; ms: number; cpu_ms: number; heap_mb: number }[];
};

const report = {
  ...size,
  sql_rows: deployment.sqlRows,
  machine: describeMachine(),
  build: figures([build]),
  check: figures(checks),
  phases,
  proof: (checks.at(-1)?.stdout ?? '').trim(),
};
console.log(`${size.ports} ports, ${deployment.sqlRows} rows of SQL; whole processes`);
console.table({ 'build the Northbound': report.build, check: report.check });
console.log('One check, its steps one after the other:');
console.table(phases);
console.log(report.proof);
if (options.json !== undefined) {
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}
