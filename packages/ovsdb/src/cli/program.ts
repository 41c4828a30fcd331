import { OvsdbError, type OvsdbErrorCode } from '../errors.ts';
import type { Command } from './commands/command.ts';
import { dump } from './commands/dump.ts';
import { getSchema } from './commands/get-schema.ts';
import { listDbs } from './commands/list-dbs.ts';
import { lock } from './commands/lock.ts';
import { monitor } from './commands/monitor.ts';
import { transact } from './commands/transact.ts';
import { wait } from './commands/wait.ts';
import { readSettings } from './settings.ts';
import { type Terminal, UsageError } from './terminal.ts';

const commands: readonly Command[] = [listDbs, getSchema, dump, monitor, transact, wait, lock];

/**
 * Runs one command line. Answers the exit code: 0; 1 when the database or the link failed; 2 for a wrong command line,
 * operations and conditions that do not fit the schema included; of `lock`, that of the program it ran.
 */
export async function run(
  line: readonly string[],
  terminal: Terminal,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<number> {
  try {
    const settings = readSettings(line, environment);
    if (settings.isHelp || settings.command === undefined || settings.command === 'help') {
      terminal.out(help());
      return settings.command === undefined && !settings.isHelp ? 2 : 0;
    }
    const command = commands.find(({ name }) => name === settings.command);
    if (command === undefined) {
      throw new UsageError(
        `there is no command "${settings.command}"; there are ${commands.map(({ name }) => name).join(', ')}`,
      );
    }
    return await command.run(settings, terminal);
  } catch (error) {
    if (error instanceof UsageError) return fail(terminal, error, 2);
    if (error instanceof OvsdbError) return fail(terminal, error, isOfCommandLine(error) ? 2 : 1);
    throw error;
  }
}

/** What was refused here, before the server saw it. */
function isOfCommandLine({ code, ovsdbError }: OvsdbError): boolean {
  return ovsdbError === undefined && refusedHere.has(code);
}

const refusedHere: ReadonlySet<OvsdbErrorCode> = new Set([
  'bad-option',
  'bad-value',
  'unknown-table',
  'unknown-column',
]);

function fail({ err }: Terminal, { message }: Error, exitCode: number): number {
  err(`ovsdb-ts: ${message}\n`);
  return exitCode;
}

function help(): string {
  const lines = commands.map(({ name, usage, about }) => `  ${name} ${usage}\n      ${about}\n`);
  return `A client for OVSDB, the database of Open vSwitch and OVN.

  ovsdb-ts COMMAND SERVER [ARGUMENT]... [OPTION]...

SERVER is tcp:HOST:PORT, ssl:HOST:PORT or unix:FILE, or several of one cluster between commas. OVSDB_SERVER in the
environment stands in for it.

${lines.join('')}
  -d, --database NAME      where the server has several
  -o, --output FORMAT      table (the default), list or json (an object a line)
  -w, --where CONDITION    COLUMN==VALUE, also !=, <, <=, >, >=, includes, excludes; COLUMN:KEY==VALUE of a map; repeated
  -t, --timeout SECONDS    gives up afterwards
      --any-server         of a cluster, a follower will do
  -C, --ca-cert FILE  -c, --certificate FILE  -p, --private-key FILE      for ssl:
  -h, --help
`;
}
