import { OvsdbError } from '../errors.ts';
import { OvsdbClient } from '../session/client.ts';
import type { ConnectOptions } from '../session/connect-options.ts';
import type { Settings } from './settings.ts';
import { type Terminal, UsageError } from './terminal.ts';

/**
 * One database of the server. A person waits: when every endpoint was tried once in vain, that is the answer, unless
 * `--timeout` says how long to go on. Once connected, links that break are mended for as long as the command runs.
 */
export async function openDatabase(
  { connect, timeoutMs }: Settings,
  { signal }: Terminal,
  options: Omit<ConnectOptions, 'endpoints'>,
): Promise<OvsdbClient> {
  const giveUp = new AbortController();
  let reason: OvsdbError | undefined;
  const onState: NonNullable<ConnectOptions['on']>['state'] = (state) => {
    if (state.kind !== 'waiting' || timeoutMs !== undefined) return;
    reason = state.reason;
    giveUp.abort();
  };
  try {
    return await OvsdbClient.connect({
      connectTimeoutMs: timeoutMs ?? 0,
      ...connect,
      ...options,
      signal: AbortSignal.any([signal, giveUp.signal]),
      on: { ...options.on, state: onState },
    });
  } catch (error) {
    throw reason ?? inSeconds(error, options.database, timeoutMs);
  }
}

/** A person has given seconds, by an option of another name. */
function inSeconds(error: unknown, database: string, timeoutMs: number | undefined): unknown {
  if (!(error instanceof OvsdbError) || error.code !== 'timeout' || timeoutMs === undefined) return error;
  const last = error.cause instanceof OvsdbError ? `: ${error.cause.message}` : '';
  const message = `${database} was not reached within ${timeoutMs / 1000} s (--timeout)${last}`;
  return new OvsdbError('timeout', message, { cause: error.cause });
}

/** The database of `--database`, or the server's only one beside `_Server`. */
export async function findDatabase(settings: Settings, terminal: Terminal): Promise<string> {
  if (settings.database !== undefined) return settings.database;
  await using server = await openServer(settings, terminal, ['name']);
  const names = [...server.replica.table('Database').rows.values()].map(({ name }) => String(name));
  const [only, ...more] = names.filter((name) => name !== '_Server');
  if (only === undefined) throw new UsageError('the server has no database');
  if (more.length === 0) return only;
  const all = [only, ...more].sort().join(', ');
  throw new UsageError(`the server has several databases: choose one of ${all} by --database`);
}

/** What a server says of itself, whatever its part in a cluster. */
export function openServer(settings: Settings, terminal: Terminal, columns: readonly string[]): Promise<OvsdbClient> {
  const anyServer = { ...settings, connect: { ...settings.connect, leaderOnly: false } };
  return openDatabase(anyServer, terminal, { database: '_Server', tables: { Database: columns }, readOnly: true });
}
