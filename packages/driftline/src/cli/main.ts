import { OvsdbError } from '@driftline/ovsdb';
import { CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.ts';
import { requestFromProcess } from '../config/sources.ts';
import { takeConfigArguments } from '../config/take-arguments.ts';
import { PluginError } from '../extension/plugin-error.ts';
import { NeutronReadError } from '../neutron/read-error.ts';
import { PlanFileError } from '../plan/plan-file.ts';
import { ask } from './ask.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { buildProgram } from './program.ts';
import type { OnReload } from './session.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line. Never throws what a person can mend: that is printed, with its remedy. */
export async function main(
  argv: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
  onReload: OnReload = () => () => {},
): Promise<ExitCode> {
  let code: ExitCode = EXIT.clean;
  try {
    const { rest, ...taken } = takeConfigArguments(argv);
    const context = { terminal, request: requestFromProcess(taken), signal, onReload };
    await buildProgram(context, (ended) => {
      code = ended;
    }).parseAsync([...rest], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.error;
    if (signal.aborted) {
      terminal.err('interrupted\n');
      return EXIT.interrupted;
    }
    if (!isExpected(error)) throw error;
    terminal.err(`driftline: ${error.message}\n`);
    return EXIT.error;
  }
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof ConfigError ||
    error instanceof NeutronReadError ||
    error instanceof OvsdbError ||
    error instanceof PlanFileError ||
    error instanceof PluginError ||
    // A file named on the command line that can't be read or written.
    (error instanceof Error && 'code' in error && 'path' in error)
  );
}

function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isInteractive: stderr.isTTY === true,
    ask: stdin.isTTY === true && stdout.isTTY === true ? (question) => ask(question, stdin, stdout) : undefined,
  };
}

/** As Neutron's own services read their configuration again. A command that does not listen ends by it. */
const onHangup: OnReload = (listener) => {
  process.on('SIGHUP', listener);
  return () => process.off('SIGHUP', listener);
};

/** What the executable calls. The exit code is set, not forced: what was written is flushed first. */
export async function runProcess(argv: readonly string[]): Promise<void> {
  const abort = new AbortController();
  let signals = 0;
  const onSignal = (): void => {
    signals++;
    abort.abort();
    // Whoever asks twice means it.
    if (signals > 1) process.exit(EXIT.interrupted);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of a pipe went away: nothing is left to tell.
    if (error.code === 'EPIPE') process.exit(EXIT.clean);
    throw error;
  });
  process.exitCode = await main(argv, processTerminal(), abort.signal, onHangup);
  process.off('SIGINT', onSignal);
  process.off('SIGTERM', onSignal);
}
