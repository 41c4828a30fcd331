import { type ChildProcess, spawn } from 'node:child_process';
import { OvsdbError } from '../../errors.ts';
import type { OvsdbClient } from '../../session/client.ts';
import type { LockState } from '../../session/lock.ts';
import { findDatabase, openDatabase } from '../open-database.ts';
import type { Settings } from '../settings.ts';
import { type Terminal, UsageError } from '../terminal.ts';
import type { Command } from './command.ts';

export const lock: Command = {
  name: 'lock',
  usage: 'SERVER NAME [-- PROGRAM [ARGUMENT]...]',
  about: 'holds a lock until Ctrl-C, or while a program runs, which is ended when the lock is lost; --steal takes it',
  async run(settings, terminal) {
    const [name, ...more] = settings.operands;
    if (name === undefined || more.length > 0) throw new UsageError('lock takes the name of one lock');
    const tell = (what: string) => terminal.err(`${name}: ${what}\n`);
    await using client = await openDatabase(settings, terminal, {
      database: await findDatabase(settings, terminal),
      tables: {},
      lock: name,
    });
    if (settings.flags.steal) await client.stealLock();
    if (client.lockState !== 'held') {
      tell('waiting, for somebody else holds it');
      if (!(await isHadInTime(client, name, settings, terminal))) return 0;
    }
    tell('held');
    const [program, ...args] = settings.program;
    if (program === undefined) return await holdUntilAborted(client, terminal, tell);
    return await holdWhileRunning(client, spawn(program, args, { stdio: 'inherit' }), tell);
  },
};

/** False when nobody waits any more. */
async function isHadInTime(
  client: OvsdbClient,
  name: string,
  { timeoutMs }: Settings,
  { signal }: Terminal,
): Promise<boolean> {
  try {
    await client.waitForLock({ signal, ...(timeoutMs !== undefined && { timeoutMs }) });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    if (!(error instanceof OvsdbError) || error.code !== 'timeout' || timeoutMs === undefined) throw error;
    const message = `lock ${name} is held by somebody else; it was not had within ${timeoutMs / 1000} s`;
    throw new OvsdbError('timeout', message, { cause: error });
  }
}

async function holdUntilAborted(
  client: OvsdbClient,
  { signal }: Terminal,
  tell: (what: string) => void,
): Promise<number> {
  const off = client.on('lock', (state) => tell(describe(state)));
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (!signal.aborted) await promise;
  off();
  await giveBack(client, tell);
  return 0;
}

/** Answers the program's own exit code; 1 when a signal has ended it, or the lock was lost. */
async function holdWhileRunning(
  client: OvsdbClient,
  child: ChildProcess,
  tell: (what: string) => void,
): Promise<number> {
  let isLost = false;
  const end = () => {
    if (isLost || client.lockState === 'held') return;
    isLost = true;
    child.kill();
  };
  const off = client.on('lock', end);
  end();
  const exitCode = await exitOf(child);
  off();
  if (isLost) {
    tell('lost; the program was ended');
    return 1;
  }
  await giveBack(client, tell);
  return exitCode;
}

async function giveBack(client: OvsdbClient, tell: (what: string) => void): Promise<void> {
  if (client.lockState !== 'held') return;
  // Whatever becomes of the request, the lock goes with the connection.
  await client.unlock().catch(() => {});
  tell('given back');
}

function describe(state: LockState): string {
  return state === 'requested' ? 'waiting, for somebody else holds it' : state;
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new UsageError(`${child.spawnfile} does not start: ${error.message}`)));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
