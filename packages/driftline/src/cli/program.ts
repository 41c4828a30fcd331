import { Command, Option } from 'commander';
import { REVISED_TYPES } from '../neutron/model/revision.ts';
import { OWNED_TABLES } from '../northbound/tables.ts';
import type { Selection } from '../reconcile/select.ts';
import { addCheckCommands } from './check-program.ts';
import type { ExitCode } from './exit-codes.ts';
import { countOf, format } from './flags.ts';
import type { CommandContext } from './session.ts';
import { addTaskCommands } from './task-program.ts';

const CONFIGURATION = `
Configuration comes from the files that Neutron reads:
  --config-file FILE     repeated; later files win
  --config-dir DIR       repeated; its *.conf files, sorted
  --GROUP-OPTION VALUE   any option read, such as --ovn-ovn_nb_connection tcp:192.0.2.1:6641
  OS_<GROUP>__<OPTION>   in the environment; above the files, below the command line

Exit codes: 0 nothing to do, 1 error, 2 drift found or left, 3 refused by a limit.`;

/** The commands and their options; `finish` takes the exit code of the one that ran. */
export function buildProgram(context: CommandContext, finish: (code: ExitCode) => void): Command {
  const program = new Command('driftline')
    .description('Keeps OVN true to OpenStack Neutron.')
    .addHelpText('after', CONFIGURATION)
    .exitOverride()
    .configureOutput({ writeOut: context.terminal.out, writeErr: context.terminal.err });
  // A command's code is loaded when it is asked for: `version` needs no database driver, `check` no daemon.
  const run = <Module>(code: Promise<Module>, action: (code: Module) => Promise<ExitCode>): Promise<void> =>
    code.then(action).then(finish);

  selected(program.command('check').description('report every difference between Neutron and OVN; writes nothing'))
    .addOption(new Option('-f, --format <format>', 'output').choices(['table', 'json', 'ndjson']).default('table'))
    .option('--strict', 'count rows in the shape of an earlier release as drift', false)
    .action((flags) =>
      run(import('./commands/check.ts'), ({ runCheck }) =>
        runCheck(context, { format: flags.format, strict: flags.strict, selection: selectionOf(flags) }),
      ),
    );

  scoped(
    selected(program.command('plan').description('show what a repair would change; writes nothing to either database')),
  )
    .option('-o, --output <file>', 'save the plan, to be applied later')
    .addOption(format())
    .action((flags) =>
      run(import('./commands/plan.ts'), ({ runPlan }) =>
        runPlan(context, { ...flags, output: flags.output, selection: selectionOf(flags) }),
      ),
    );

  program
    .command('show')
    .description('show a saved plan')
    .argument('<file>')
    .addOption(format())
    .action((file, flags) => run(import('./commands/plan.ts'), ({ runShow }) => runShow(context, file, flags.format)));

  limited(program.command('apply').description('apply a saved plan; what changed since is refused, row by row'))
    .argument('<file>')
    .action((file, flags) => run(import('./commands/repair.ts'), ({ runApply }) => runApply(context, file, flags)));

  limited(scoped(selected(program.command('repair').description('plan, show, ask, apply, and look again')))).action(
    (flags) =>
      run(import('./commands/repair.ts'), ({ runRepair }) =>
        runRepair(context, { ...flags, selection: selectionOf(flags) }),
      ),
  );

  program
    .command('explain')
    .description('from a Neutron resource (or a row of OVN) to what should be, what is, and what would change')
    .argument('<uuid>')
    .addOption(format())
    .action((uuid, flags) =>
      run(import('./commands/explain.ts'), ({ runExplain }) => runExplain(context, uuid, flags.format)),
    );

  program
    .command('run')
    .description('the daemon: hold the lock, repair at an interval, and react to changes of either database')
    .option('--once', 'end after the first pass that leaves nothing to do', false)
    .option('--observe', 'report drift and repair nothing', false)
    .option('--additive', 'never delete a row', false)
    .option('--no-tasks', 'run no scheduled maintenance tasks; nor do --observe, --once and --additive')
    .option('--steal-lock', 'take the lock from the worker that holds it', false)
    .addOption(
      new Option(
        '--events <policy>',
        "what Neutron's workers do on OVN's row events: tell where it was not done, do it, or look away",
      )
        .choices(['observe', 'act', 'off'])
        .default('observe'),
    )
    .action((flags) => run(import('./commands/run.ts'), ({ runDaemonCommand }) => runDaemonCommand(context, flags)));

  addTaskCommands(program, context, run);
  addCheckCommands(program, context, run);

  program
    .command('config')
    .description('configuration')
    .command('check')
    .description('list what is wrong or suspicious in the configuration files')
    .action(() => run(import('./commands/config-check.ts'), ({ runConfigCheck }) => runConfigCheck(context)));

  program
    .command('version')
    .description('print the version')
    .action(() => run(import('./commands/version.ts'), ({ runVersion }) => runVersion(context)));
  return program;
}

const selected = (command: Command): Command =>
  command
    .addOption(
      new Option('--type <type...>', 'only resources of this type')
        .choices([...REVISED_TYPES, 'deployment'])
        .default([]),
    )
    .option('--uuid <uuid...>', 'only this Neutron resource, or this row of OVN', [])
    .addOption(new Option('--table <table...>', 'only rows of this OVN table').choices(OWNED_TABLES).default([]))
    .option('--project <project...>', 'only resources of this project', []);

const scoped = (command: Command): Command =>
  command
    .option('--additive', 'never delete a row', false)
    .option('--backfill', 'also bring rows of earlier releases to the present shape', false);

const limited = (command: Command): Command =>
  command
    .option('-y, --yes', 'do not ask', false)
    .option('--max-deletes <n>', 'allow this many rows to be deleted', countOf)
    .option('--no-limits', 'no limit to what a plan may delete or move');

function selectionOf(flags: { type: string[]; uuid: string[]; table: string[]; project: string[] }): Selection {
  return { types: flags.type, uuids: flags.uuid, tables: flags.table, projects: flags.project };
}
