import type { Command } from 'commander';
import { format } from './flags.ts';
import type { CommandContext } from './session.ts';
import { type Run, runnable } from './task-program.ts';

/** `driftline checks …`. */
export function addCheckCommands(program: Command, context: CommandContext, run: Run): void {
  const checks = program
    .command('checks')
    .description('what goes wrong beside the rows of Neutron: ports, chassis, agents');
  const code = () => import('./commands/checks.ts');

  checks
    .command('list')
    .description('every check, its policy, and what it found last')
    .addOption(format())
    .action((flags) => run(code(), ({ runChecksList }) => runChecksList(context, flags.format)));

  runnable(checks.command('run').description('look now; all that are not off, or those named'))
    .argument('[name...]')
    .option('--repair', 'repair what they find, those named; without names those whose policy is to repair', false)
    .action((names, flags) => run(code(), ({ runChecksRun }) => runChecksRun(context, names, flags)));
}
