import { OvsdbError } from '../../errors.ts';
import type { OvsdbClient } from '../../session/client.ts';
import { findTable, meets, readCondition } from '../condition.ts';
import { findDatabase, openDatabase } from '../open-database.ts';
import { type Terminal, UsageError } from '../terminal.ts';
import type { Command } from './command.ts';

export const wait: Command = {
  name: 'wait',
  usage: 'SERVER [TABLE]',
  about:
    'until the database is there and in touch with its cluster, or a row of TABLE meets all --where (--absent: none does)',
  async run(settings, terminal) {
    const [name, ...more] = settings.operands;
    if (more.length > 0) throw new UsageError('wait takes one table');
    if (name === undefined && settings.where.length > 0) throw new UsageError('--where needs a table');
    await using client = await openDatabase(settings, terminal, {
      database: await findDatabase(settings, terminal),
      tables: name === undefined ? {} : { [name]: 'all' },
      readOnly: true,
    });
    if (name === undefined) return 0;
    const table = findTable(client.schema, name);
    const conditions = settings.where.map((text) => readCondition(text, table));
    const isThere = () =>
      [...client.replica.table(name).rows.values()].some((row) =>
        conditions.every((condition) => meets(row, condition)),
      );
    const rows = `row of ${name}${settings.where.length === 0 ? '' : ` with ${settings.where.join(' and ')}`}`;
    const failure = settings.flags.absent ? `a ${rows} is still there` : `there is no ${rows} yet`;
    await until(client, { isSo: () => isThere() !== settings.flags.absent, failure }, terminal, settings.timeoutMs);
    return 0;
  },
};

async function until(
  client: OvsdbClient,
  { isSo, failure }: { readonly isSo: () => boolean; readonly failure: string },
  { signal }: Terminal,
  timeoutMs?: number,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => isSo() && resolve();
  client.on('update', look);
  client.on('synced', look);
  const limit = timeoutMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const giveUp = () => {
    if (signal.aborted) reject(new OvsdbError('aborted', `the waiting was ended: ${failure}`));
    else reject(new OvsdbError('timeout', `${failure}, after ${(timeoutMs ?? 0) / 1000} s (--timeout)`));
  };
  limit.addEventListener('abort', giveUp, { once: true });
  if (limit.aborted) giveUp();
  look();
  await promise;
}
