/**
 * The fuzz campaign: `npm run campaign:ovsdb-fuzz`. Ends with 1 when anything was wrong, with the bytes.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type FuzzResult, fuzz, recordTraffic } from './fuzz.ts';
import { Random } from './random.ts';

const { values: options } = parseArgs({
  options: { messages: { type: 'string', default: '10000000' }, seed: { type: 'string', default: '1' } },
});
// Most of the time would go to the stacks of refusals.
Error.stackTraceLimit = 0;
const random = new Random(Number(options.seed));
const traffic = await recordTraffic(random, 400);
process.stdout.write(`${traffic.messages.length} messages recorded\n`);

const total = Number(options.messages);
const part = Math.min(total, 250_000);
const sums = { messages: 0, mutated: 0, refused: 0, updates: 0, slowestMs: 0 };
const startedAt = performance.now();
let result: FuzzResult;
do {
  result = await fuzz(traffic, random, part);
  sums.messages += result.messages;
  sums.mutated += result.mutated;
  sums.refused += result.refused;
  sums.updates += result.updates;
  sums.slowestMs = Math.max(sums.slowestMs, result.slowestMs);
  const perSecond = Math.round(sums.messages / ((performance.now() - startedAt) / 1000));
  process.stdout.write(`${sums.messages} messages, ${perSecond} a second\n`);
} while (sums.messages < total && result.faults.length === 0);

console.dir({ seed: Number(options.seed), ...sums, load: loadavg()[0]?.toFixed(1), faults: result.faults.length });
for (const fault of result.faults) process.stdout.write(`${fault}\n`);
process.exit(result.faults.length === 0 ? 0 : 1);
