import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Change } from '../../diff/change.ts';
import { type Plan, summarise } from '../../plan/plan.ts';
import { readPlan, writePlan } from '../../plan/plan-file.ts';
import { plan } from '../../reconcile/reconcile.ts';
import type { Selection } from '../../reconcile/select.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { changeLines } from '../report/table.ts';
import { type CommandContext, type Judged, judgeNow, openDeployment } from '../session.ts';
import { asLines, printable, writeOut } from '../terminal.ts';

export interface PlanOptions {
  readonly output: string | undefined;
  readonly additive: boolean;
  readonly backfill: boolean;
  readonly format: 'table' | 'json';
  readonly selection: Selection;
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export async function runPlan(context: CommandContext, options: PlanOptions): Promise<ExitCode> {
  const { deployment } = await openDeployment(context, { writable: false, looksAtOnce: true });
  await using _closing = deployment;
  const judged = await judgeNow(context, deployment, options.selection);
  for (const { message } of judged.refusals) context.terminal.err(`refused: ${message}\n`);
  if (judged.refusals.length > 0) return EXIT.refused;
  const made = plan(judged.verdict, wantedChanges(judged, options), Date.now());
  const text = writePlan(made, digestOf);
  if (options.output !== undefined) await writeFile(options.output, text, { mode: 0o600 });
  writeOut(context.terminal, options.format === 'json' ? [text] : asLines(planLines(made)));
  if (options.output !== undefined && options.format === 'table') {
    context.terminal.out(`Saved in ${options.output}: driftline apply ${options.output}\n`);
  }
  return made.transactions.length > 0 ? EXIT.drift : EXIT.clean;
}

/** What a repair would change: drift, with back-fill on request, without deletions on request. */
export function wantedChanges(
  { drift, backfill }: Judged,
  options: { readonly additive: boolean; readonly backfill: boolean },
): readonly Change[] {
  const all = options.backfill ? [...drift, ...backfill] : drift;
  return options.additive ? all.filter(({ action }) => action !== 'delete') : all;
}

export async function loadPlan(file: string): Promise<Plan> {
  return readPlan(await readFile(file, 'utf8'), digestOf);
}

export async function runShow(context: CommandContext, file: string, format: 'table' | 'json'): Promise<ExitCode> {
  const shown = await loadPlan(file);
  writeOut(
    context.terminal,
    format === 'json' ? [`${JSON.stringify(shown, undefined, 2)}\n`] : asLines(planLines(shown)),
  );
  return EXIT.clean;
}

export function* planLines(shown: Plan): Iterable<string> {
  const { transactions, creates, updates, deletes } = summarise(shown);
  if (transactions === 0) {
    yield 'Nothing to do.';
    return;
  }
  let number = 0;
  for (const { unit, changes } of shown.transactions) {
    yield `Transaction ${++number}: ${unit.type} ${printable(unit.id)}`;
    for (const line of changeLines(changes, undefined)) if (line.startsWith('  ')) yield line;
  }
  yield `Plan of ${new Date(shown.createdAtMs).toISOString()} (${shown.release}): ${transactions} transactions; ${creates} rows to create, ${updates} to change, ${deletes} to delete.`;
}
