import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import { countOf, format } from './flags.ts';
import type { CommandContext } from './session.ts';

export type Run = <Module>(code: Promise<Module>, action: (code: Module) => Promise<ExitCode>) => Promise<void>;

/** `driftline tasks …` and `driftline migrations …`. */
export function addTaskCommands(program: Command, context: CommandContext, run: Run): void {
  const tasks = program.command('tasks').description("Neutron's maintenance tasks, under upstream's names");
  const code = () => import('./commands/tasks.ts');

  tasks
    .command('list')
    .description('every task, and what became of it here')
    .addOption(format())
    .action((flags) => run(code(), ({ runTasksList }) => runTasksList(context, flags.format)));

  tasks
    .command('show')
    .description('one task: what it reads and writes, its last runs, and what it would change now')
    .argument('<name>')
    .addOption(format())
    .action((name, flags) => run(code(), ({ runTasksShow }) => runTasksShow(context, name, flags.format)));

  runnable(tasks.command('run').description('run one task now, whatever its schedule'))
    .argument('<name>')
    .action((name, flags) => run(code(), ({ runTasksRun }) => runTasksRun(context, name, flags)));

  tasks
    .command('history')
    .description('what was run, the newest first')
    .argument('[name]')
    .option('--limit <n>', 'at most this many runs', countOf, 50)
    .addOption(format())
    .action((name, flags) => run(code(), ({ runTasksHistory }) => runTasksHistory(context, name, flags)));

  for (const [verb, isEnabled, what] of [
    ['enable', true, 'have the daemon and `migrations run` run a task'],
    ['disable', false, 'have them leave it out; `tasks run` runs it all the same'],
  ] as const) {
    tasks
      .command(verb)
      .description(what)
      .argument('<name>')
      .action((name) => run(code(), ({ runTasksSwitch }) => runTasksSwitch(context, name, isEnabled)));
  }

  const migrations = program.command('migrations').description('rows in the shape of earlier releases');
  migrations
    .command('status')
    .description('what each migration has done here, and what is left for it')
    .addOption(format())
    .action((flags) =>
      run(import('./commands/migrations.ts'), ({ runMigrationsStatus }) => runMigrationsStatus(context, flags.format)),
    );
  runnable(migrations.command('run').description("all of them, in upstream's order")).action((flags) =>
    run(import('./commands/migrations.ts'), ({ runMigrationsRun }) => runMigrationsRun(context, flags)),
  );
}

export const runnable = (command: Command): Command =>
  command
    .option('--dry-run', 'show what it would change, and write nothing', false)
    .option('--max-deletes <n>', 'allow this many rows to be deleted', countOf)
    .option('--no-limits', 'no limit to what a run may delete or move')
    .addOption(format());
