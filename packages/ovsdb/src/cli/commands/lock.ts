import { type ChildProcess, spawn } from 'node:child_process';
import { findDatabase, openDatabase } from '../open-database.ts';
import { type Terminal, UsageError } from '../terminal.ts';
import type { Command } from './command.ts';

export const lock: Command = {
  name: 'lock',
  usage: 'SERVER NAME [-- PROGRAM [ARGUMENT]...]',
  about: 'holds a lock until Ctrl-C, or while a program runs, which is ended when the lock is lost; --steal takes it',
  async run(settings, terminal) {
    const [name, ...more] = settings.operands;
    if (name === undefined || more.length > 0) throw new UsageError('lock takes the name of one lock');
    await using client = await openDatabase(settings, terminal, {
      database: await findDatabase(settings, terminal),
      tables: {},
      lock: name,
      on: { lock: (state) => terminal.err(`${name}: ${state}\n`) },
    });
    if (settings.flags.steal) await client.stealLock();
    await client.waitForLock(terminal.signal).catch((error: unknown) => {
      if (!terminal.signal.aborted) throw error;
    });
    if (terminal.signal.aborted) return 0;
    const [program, ...args] = settings.program;
    if (program === undefined) {
      await untilAborted(terminal);
      return 0;
    }
    const child = spawn(program, args, { stdio: 'inherit' });
    client.on('lock', (state) => state !== 'held' && child.kill());
    return await exitOf(child);
  },
};

async function untilAborted({ signal }: Terminal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new UsageError(`${child.spawnfile} does not start: ${error.message}`)));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
