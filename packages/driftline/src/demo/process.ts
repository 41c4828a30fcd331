/**
 * Processes that live no longer than we do.
 *
 * The demo and the tests start real servers. Each gets a process group of its own, so that Ctrl-C in a terminal reaches
 * only us and we stop the servers in order; and where `setpriv` exists the kernel kills the server when we die without
 * a chance to clean up.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Gets the process's stdout and stderr, appended. */
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Account to run as; only root may ask for one. */
  readonly user?: string;
  /** The signal for an orderly end. */
  readonly stopSignal?: NodeJS.Signals;
}

export interface RunningProcess extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the process has ended, with the reason in words. */
  readonly ended: Promise<string>;
  isRunning(): boolean;
  /** Ends the whole process group; after a grace of 10 s by force. Safe to call twice. */
  stop(): Promise<void>;
  /** SIGKILL to the whole group: what a power cut looks like. */
  kill(): Promise<void>;
}

const stopGraceMs = 10_000;

export function startProcess(options: ProcessOptions): RunningProcess {
  const { command, args } = leashed(options);
  const log = openSync(options.logFile, 'a');
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...options.env },
  });
  closeSync(log);

  let reason: string | undefined;
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const end = (why: string) => {
    reason ??= why;
    resolve(reason);
  };
  child.once('error', (error) => end(error.message));
  child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));

  const pid = child.pid ?? 0;
  const signalGroup = (signal: NodeJS.Signals) => {
    if (pid === 0) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is gone: nothing to end.
    }
  };
  const kill = async () => {
    signalGroup('SIGKILL');
    await ended;
  };
  const stop = async () => {
    if (reason === undefined) {
      signalGroup(options.stopSignal ?? 'SIGTERM');
      const grace = new AbortController();
      await Promise.race([ended, sleep(stopGraceMs, undefined, { signal: grace.signal }).catch(() => undefined)]);
      grace.abort();
    }
    // Children of a dead leader still belong to the group.
    await kill();
  };
  return {
    name: options.command,
    pid,
    logFile: options.logFile,
    ended,
    isRunning: () => reason === undefined,
    stop,
    kill,
    [Symbol.asyncDispose]: stop,
  };
}

/** Waits until `isReady` holds; throws with the end of the log when the process ends first or the time is over. */
export async function waitUntilReady(
  server: RunningProcess,
  isReady: () => Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isReady())) {
    if (!server.isRunning()) {
      throw new Error(`${server.name} ended at start (${await server.ended}):\n${logTail(server.logFile)}`);
    }
    if (Date.now() > deadline) {
      throw new Error(`${server.name} was not ready within ${timeoutMs} ms:\n${logTail(server.logFile)}`);
    }
    await sleep(20);
  }
}

export function logTail(logFile: string, lineCount = 30): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lineCount).join('\n');
  } catch {
    return `(no log at ${logFile})`;
  }
}

/** `setpriv` changes the account before it sets the death signal, in that order: the kernel clears it on a change. */
function leashed({ command, args, user }: ProcessOptions): { command: string; args: string[] } {
  const account = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, '--init-groups'];
  if (!hasSetpriv()) {
    if (user === undefined) return { command, args: [...args] };
    return { command: 'runuser', args: ['-u', user, '--', command, ...args] };
  }
  return { command: 'setpriv', args: ['--pdeathsig', 'KILL', ...account, '--', command, ...args] };
}

let setprivExists: boolean | undefined;

function hasSetpriv(): boolean {
  setprivExists ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' }).status === 0;
  return setprivExists;
}
