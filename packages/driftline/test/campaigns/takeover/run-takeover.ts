/** Runs a long campaign and reports it; the exit code is 1 when a proof failed. */
import { appendFileSync, cpSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { runTakeoverCampaign } from './campaign.ts';
import { countViolations, reportLines } from './report.ts';
import { LONG, orderOf, SHOCKS, type Shock } from './shocks.ts';
import { openWorldOfNeutron, openWorldWithoutNeutron } from './world.ts';

const USAGE = `usage: run-takeover [--seed N] [--share X] [--without-neutron] [--keep FOLDER]
  --share            of the shocks of a whole campaign (1)
  --without-neutron  three daemons alone, on what a Neutron left behind
  --keep             where logs, journals and the servers' files go when a proof fails`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    share: { type: 'string', default: '1' },
    'without-neutron': { type: 'boolean', default: false },
    keep: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const share = Number(values.share);
const counts = Object.fromEntries(SHOCKS.map((shock) => [shock, Math.ceil(LONG[shock] * share)]));
const startedMs = performance.now();
await using world = await (values['without-neutron'] ? openWorldWithoutNeutron() : openWorldOfNeutron());
const loads: number[] = [];
const report = await runTakeoverCampaign(world, {
  seed: Number(values.seed),
  order: (random) => orderOf(counts as Record<Shock, number>, random),
  onHappening: ({ number, shock, holder, takeover }, of) => {
    loads.push(loadavg()[0] ?? 0);
    const after = takeover && `${takeover.by} after ${takeover.lockMs} ms, wrote after ${takeover.writeMs} ms`;
    console.error(`${number}/${of} ${shock}: ${holder} -> ${after ?? 'nobody had to take over'}`);
  },
});
const seconds = (performance.now() - startedMs) / 1000;
const lines = [
  `seed ${values.seed}, ${seconds.toFixed(0)} s, load of the machine ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`,
  '',
  ...reportLines(report),
];
console.log(lines.join('\n'));
const failed = countViolations(report);
if (failed > 0 && values.keep !== undefined) {
  cpSync(world.folder, values.keep, { recursive: true, filter: (source) => !/\.(sock|ctl)$/.test(source) });
  for (const [index, server] of world.cluster.servers.entries()) {
    cpSync(server.databaseFile, `${values.keep}/cluster-${index}.db`);
    appendFileSync(`${values.keep}/cluster-${index}.log`, await server.readLog());
  }
  appendFileSync(`${values.keep}/report.json`, JSON.stringify(report, undefined, 1));
}
process.exitCode = failed === 0 ? 0 : 1;
