/** The tables of a campaign, for a terminal and for the page that publishes them. */

import type { TakeoverReport } from './campaign.ts';
import { SHOCKS } from './shocks.ts';

export function reportLines(report: TakeoverReport): readonly string[] {
  const { happenings, writes, journal, damages, load, violations } = report;
  return [
    ...takeoverTable(report),
    '',
    ...workerTable(report),
    '',
    `${happenings.length} shocks; ${report.transactions} transactions in the servers' record, ${writes.length} of workers; ${journal.length} journal entries (${countBy(journal, ({ state }) => state)})`,
    `${damages.length} damages, healed in ${quantiles(damages.flatMap(({ atMs, healedAtMs }) => (healedAtMs === undefined ? [] : [healedAtMs - atMs])))} ms (median, p90, max)`,
    ...(load === undefined ? [] : [`${load.calls} API calls, ${load.failures} of them failed`]),
    '',
    ...Object.entries(violations).flatMap(([proof, found]) => [
      `${found.length === 0 ? 'holds' : 'FAILS'}: ${proof}${found.length === 0 ? '' : ` (${found.length})`}`,
      ...found.slice(0, SHOWN).map((each) => `  ${each}`),
    ]),
  ];
}

export const countViolations = ({ violations }: TakeoverReport): number =>
  Object.values(violations).reduce((sum, found) => sum + found.length, 0);

const SHOWN = 30;

function takeoverTable({ happenings }: TakeoverReport): readonly string[] {
  const rows = [...SHOCKS, 'all' as const].flatMap((shock) => {
    const of = happenings.filter((each) => shock === 'all' || each.shock === shock);
    if (of.length === 0) return [];
    const takeovers = of.flatMap(({ takeover }) => takeover ?? []);
    const locks = takeovers.map(({ lockMs }) => lockMs);
    const firstWrites = takeovers.flatMap(({ writeMs }) => writeMs ?? []);
    return [[shock, String(of.length), String(takeovers.length), quantiles(locks), quantiles(firstWrites)]];
  });
  return table([
    [
      'shock',
      'times',
      'takeovers',
      'lock held after, ms (median, p90, max)',
      'first write after, ms (median, p90, max)',
    ],
    ...rows,
  ]);
}

function workerTable({ writes, locks, workerOf }: TakeoverReport): readonly string[] {
  const workers = [...new Set(locks.map(({ worker }) => worker))].sort();
  return table([
    ['worker', 'times it got the lock', 'tenures that wrote', 'transactions'],
    ...workers.map((worker) => {
      const own = writes.filter(({ writer }) => workerOf(writer) === worker);
      const tenures = new Set(own.map(({ writer, sinceMs }) => `${writer} ${sinceMs}`)).size;
      const held = locks.filter((event) => event.worker === worker && event.isHeld).length;
      return [worker, String(held), String(tenures), String(own.length)];
    }),
  ]);
}

function quantiles(values: readonly number[]): string {
  if (values.length === 0) return '-';
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return [at(0.5), at(0.9), sorted.at(-1)].map(String).join(', ');
}

function countBy<T>(items: readonly T[], nameOf: (item: T) => string): string {
  return [...Map.groupBy(items, nameOf)].map(([name, some]) => `${some.length} ${name}`).join(', ');
}

/** As Markdown has it. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.slice(1).map(line)];
}
