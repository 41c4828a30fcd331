/** Runs a campaign and reports it; the exit code is 1 when anything was missed. */
import { parseArgs } from 'node:util';
import { type GoldenRelease, goldenReleases } from '../lab/golden.ts';
import { type CampaignReport, runCampaign } from './campaign.ts';
import { MUTATION_KINDS } from './mutation.ts';

const USAGE = `usage: run-mutations [--golden ${goldenReleases.join('|')}] [--count N] [--seed N] [--together N] [--first N]
  --together  mutations made before each check (1)
  --first     number of the first mutation (0): draws a miss again, with the same seed`;

const { values } = parseArgs({
  options: {
    golden: { type: 'string', default: '2026.1' },
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    together: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || !isRelease(values.golden)) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}
const seed = Number(values.seed);
const startedMs = performance.now();
const report = await runCampaign({
  release: values.golden,
  seed,
  count: Number(values.count),
  together: Number(values.together),
  first: Number(values.first),
  onBatch: (done, misses) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} mutations, ${misses} misses`);
  },
});
if (process.stderr.isTTY) process.stderr.write('\n');
print(report);
console.log(
  `${values.golden}, seed ${seed}: ${report.made} mutations, ${values.together} at a time, ${report.misses.length} misses, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
);
process.exitCode = report.misses.length === 0 ? 0 : 1;

function print({ counts, asHistory, misses }: CampaignReport): void {
  const widest = Math.max(...[...counts.keys()].map((table) => table.length));
  console.log(`${' '.repeat(widest)}  ${MUTATION_KINDS.join(' | ')}`);
  for (const [table, kinds] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const cells = MUTATION_KINDS.map((kind) => String(kinds.get(kind) ?? '-').padStart(kind.length));
    console.log(`${table.padEnd(widest)}  ${cells.join('   ')}`);
  }
  for (const what of asHistory) console.log(`told as an earlier release's shape: ${what}`);
  for (const { first, mutations, problems } of misses) {
    console.log(`\nmiss, --first ${first} --count ${Math.max(1, mutations.length)}`);
    for (const what of mutations) console.log(`  ${what}`);
    for (const problem of problems) console.log(`  ! ${problem}`);
  }
}

function isRelease(name: string): name is GoldenRelease {
  return (goldenReleases as readonly string[]).includes(name);
}
