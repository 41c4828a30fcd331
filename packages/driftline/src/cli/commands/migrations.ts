import type { Extension } from '../../extension/extension.ts';
import { everything } from '../../reconcile/select.ts';
import { MIGRATIONS } from '../../tasks/catalogue/catalogue.ts';
import { isEnabled } from '../../tasks/ledger.ts';
import { previewTask } from '../../tasks/run-task.ts';
import type { Task } from '../../tasks/task.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandContext, extensionOf, judgeNow, openDeployment } from '../session.ts';
import { openLedger } from '../task-tools.ts';
import { asLines, writeOut } from '../terminal.ts';
import { columns, describe, dryRun, printJson, runInOrder, type TaskRunFlags } from './tasks.ts';

/** How far the back-fill is: what each migration has done here, and what is left for it now. */
export async function runMigrationsStatus(context: CommandContext, format: 'table' | 'json'): Promise<ExitCode> {
  const { sources, deployment, extension } = await openDeployment(context, { writable: false });
  await using _closing = deployment;
  using ledger = openLedger(sources, deployment);
  const { verdict } = await judgeNow(context, deployment, everything);
  const migrations = [];
  for (const task of withPlugins(extension)) {
    const { changes, findings } = await previewTask(task, deployment, verdict, context.signal);
    migrations.push({ ...describe(task, deployment, ledger), left: changes.length + findings.length });
  }
  const left = migrations.filter((migration) => migration.left > 0).length;
  if (format === 'json') printJson(context, { left, backfill_rows: verdict.backfill.length, migrations });
  else {
    const rows = migrations.map(({ name, since, origin, state, changed, left, last_run }) => [
      name,
      since ?? origin,
      state,
      String(changed),
      String(left),
      last_run ?? '',
    ]);
    writeOut(
      context.terminal,
      asLines(columns([['MIGRATION', 'SINCE', 'STATE', 'ROWS', 'LEFT', 'LAST RUN'], ...rows])),
    );
    context.terminal.out(
      `${left} of ${migrations.length} migrations have something to do; ${verdict.backfill.length} rows are in the shape of an earlier release.\n`,
    );
  }
  return left > 0 ? EXIT.drift : EXIT.clean;
}

/** All of them, in upstream's order, and then those of plugins; those that a person switched off are left out. */
export async function runMigrationsRun(context: CommandContext, flags: TaskRunFlags): Promise<ExitCode> {
  const tasks = withPlugins(await extensionOf(context));
  if (flags.dryRun) return dryRun(context, tasks, flags.format);
  return runInOrder(context, tasks, flags, isEnabled);
}

const withPlugins = ({ tasks }: Extension): readonly Task[] => [
  ...MIGRATIONS,
  ...tasks.filter(({ kind }) => kind === 'back-fill'),
];
