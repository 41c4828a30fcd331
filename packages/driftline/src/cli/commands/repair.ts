import { join } from 'node:path';
import type { Outcome } from '../../apply/outcome.ts';
import { driftlineSettings } from '../../config/config.ts';
import type { ConfigSources } from '../../config/sources.ts';
import { Journal } from '../../journal/journal.ts';
import { checkLimits, type Limits } from '../../plan/limits.ts';
import { type Plan, summarise } from '../../plan/plan.ts';
import type { Deployment } from '../../reconcile/deployment.ts';
import { look, plan, repair } from '../../reconcile/reconcile.ts';
import type { Selection } from '../../reconcile/select.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { ProgressLine } from '../progress.ts';
import { tableReport } from '../report/table.ts';
import {
  type CommandContext,
  judgeNow,
  type LimitFlags,
  limitsOf,
  openDeployment,
  openNeutronToWrite,
} from '../session.ts';
import { asLines, printable, writeOut } from '../terminal.ts';
import { loadPlan, planLines, wantedChanges } from './plan.ts';

export interface RepairOptions extends LimitFlags {
  readonly yes: boolean;
  readonly additive: boolean;
  readonly backfill: boolean;
  readonly selection: Selection;
}

/** A row that somebody changes meanwhile makes its transaction stale: plan again, but not for ever. */
const ROUNDS = 3;

export async function runRepair(context: CommandContext, options: RepairOptions): Promise<ExitCode> {
  const { sources, deployment } = await openDeployment(context, { writable: true, looksAtOnce: true });
  await using _closing = deployment;
  let confirmed = options.yes;
  for (let round = 1; ; round++) {
    const judged = await judgeNow(context, deployment, options.selection);
    const changes = wantedChanges(judged, options);
    const made = plan(judged.verdict, changes, Date.now());
    const isDone = made.transactions.length === 0;
    if (round === 1 || isDone) writeOut(context.terminal, asLines(tableReport(judged)));
    if (isDone && judged.refusals.length === 0) return judged.drift.length > 0 ? EXIT.drift : EXIT.clean;
    const refusals = [...judged.refusals, ...limitRefusals(made, limitsOf(sources, options))];
    if (refusals.length > 0) {
      for (const { message } of refusals) context.terminal.err(`refused: ${message}\n`);
      return EXIT.refused;
    }
    if (round > ROUNDS) {
      context.terminal.err(
        `${made.transactions.length} transactions still to do after ${ROUNDS} rounds; look at the report above\n`,
      );
      return EXIT.drift;
    }
    if (!confirmed) {
      const answer = await confirm(context, made);
      if (answer !== true) return answer;
      confirmed = true;
    }
    const outcomes = await applyNow(context, sources, deployment, made, 'repair');
    if (printOutcomes(context, outcomes) === 0) {
      const verdict = await look(deployment, { signal: context.signal });
      context.terminal.err(`${verdict.drift.length} rows still differ\n`);
      return EXIT.error;
    }
  }
}

export async function runApply(
  context: CommandContext,
  file: string,
  options: LimitFlags & { readonly yes: boolean },
): Promise<ExitCode> {
  const saved = await loadPlan(file);
  if (saved.transactions.length === 0) {
    context.terminal.out('Nothing to do.\n');
    return EXIT.clean;
  }
  const { sources, deployment } = await openDeployment(context, { writable: true });
  await using _closing = deployment;
  const refusals = limitRefusals(saved, limitsOf(sources, options));
  for (const { message } of refusals) context.terminal.err(`refused: ${message}\n`);
  if (refusals.length > 0) return EXIT.refused;
  if (!options.yes) {
    writeOut(context.terminal, asLines(planLines(saved)));
    const answer = await confirm(context, saved);
    if (answer !== true) return answer;
  }
  const outcomes = await applyNow(context, sources, deployment, saved, `apply ${file}`);
  const applied = printOutcomes(context, outcomes);
  return applied === outcomes.length ? EXIT.clean : EXIT.error;
}

const limitRefusals = (made: Plan, limits: Limits | undefined) =>
  limits === undefined ? [] : checkLimits(made, limits);

async function confirm(context: CommandContext, made: Plan): Promise<true | ExitCode> {
  const { ask, err } = context.terminal;
  if (ask === undefined) {
    err('nothing was changed: nobody is there to confirm; say --yes to apply\n');
    return EXIT.error;
  }
  const { transactions, deletes } = summarise(made);
  const answer = await ask(`Apply ${transactions} transactions, ${deletes} rows deleted? [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return true;
  err('nothing was changed\n');
  return EXIT.drift;
}

async function applyNow(
  context: CommandContext,
  sources: ConfigSources,
  deployment: Deployment,
  made: Plan,
  command: string,
): Promise<readonly Outcome[]> {
  using journal = new Journal(join(driftlineSettings(sources).statePath, 'journal.db'));
  await using neutron = openNeutronToWrite(sources);
  await deployment.northbound.takeLock(context.signal);
  const progress = new ProgressLine(context.terminal, 'applying, transactions');
  let done = 0;
  try {
    return await repair(deployment, made, {
      journal,
      neutron,
      command,
      signal: context.signal,
      onOutcomes: (outcomes) => {
        done += outcomes.length;
        progress.report(done, made.transactions.length);
      },
    });
  } finally {
    progress.end();
  }
}

/** Returns how many were applied. */
function printOutcomes({ terminal }: CommandContext, outcomes: readonly Outcome[]): number {
  let applied = 0;
  for (const outcome of outcomes) {
    if (outcome.is === 'applied') {
      applied++;
      continue;
    }
    const { type, id } = outcome.transaction.unit;
    terminal.err(`${outcome.is}: ${type} ${printable(id)}: ${printable(outcome.why)}\n`);
  }
  terminal.out(`${applied} of ${outcomes.length} transactions applied.\n`);
  return applied;
}
