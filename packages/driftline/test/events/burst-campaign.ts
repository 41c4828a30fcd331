/** `npm run campaign:events [CHANGES]`: ten thousand row changes in a burst, unless told otherwise. */
import { runBurst } from './burst.ts';

const report = await runBurst(Number(process.argv[2] ?? 10_000));
console.log(JSON.stringify(report, undefined, 2));
const { changes, settled, writes, deadLetters } = report;
process.exitCode = settled === changes && writes === changes && deadLetters === 0 ? 0 : 1;
