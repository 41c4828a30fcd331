import type { OvsdbClient } from '../../session/client.ts';
import { op } from '../../transaction/operations.ts';
import { findTable, readCondition } from '../condition.ts';
import { findDatabase, openDatabase } from '../open-database.ts';
import { type PrintedTable, printTable } from '../print-rows.ts';
import type { Settings } from '../settings.ts';
import { readTables } from '../table-argument.ts';
import { UsageError } from '../terminal.ts';
import type { Command } from './command.ts';

export const dump: Command = {
  name: 'dump',
  usage: 'SERVER [TABLE[:COLUMN,...]]...',
  about: 'the rows of all tables or of some; with --where only those that meet all conditions',
  async run(settings, terminal) {
    const tables = readTables(settings.operands);
    if (settings.where.length > 0) {
      const [name, ...more] = settings.operands;
      if (name === undefined || more.length > 0) throw new UsageError('--where goes with exactly one table');
      await using client = await openDatabase(settings, terminal, {
        database: await findDatabase(settings, terminal),
        tables: {},
      });
      printTable(terminal, settings.format, await select(client, settings));
      return 0;
    }
    await using client = await openDatabase(settings, terminal, {
      database: await findDatabase(settings, terminal),
      ...(tables && { tables }),
      readOnly: true,
    });
    for (const { table, columns } of client.missing) {
      throw new UsageError(
        `${client.schema.name} has no ${columns === undefined ? `table "${table}"` : `column ${table}.${columns.join(', ')}`}`,
      );
    }
    for (const name of Object.keys(tables ?? {}).concat(tables ? [] : [...client.schema.tables.keys()].sort())) {
      const rows = [...client.replica.table(name).rows.values()];
      if (rows.length === 0 && tables === undefined) continue;
      const chosen = tables?.[name] ?? 'all';
      const columns = chosen === 'all' ? ['_uuid', ...findTable(client.schema, name).columns.keys()] : chosen;
      printTable(terminal, settings.format, { name, columns, rows });
    }
    return 0;
  },
};

/** The server finds the rows; nothing else of the table is sent. */
async function select(client: OvsdbClient, { operands, where }: Settings): Promise<PrintedTable> {
  const [[name, chosen] = ['', 'all' as const]] = Object.entries(readTables(operands) ?? {});
  const table = findTable(client.schema, name);
  const columns = chosen === 'all' ? ['_uuid', ...table.columns.keys()] : chosen;
  const conditions = where.map((text) => readCondition(text, table));
  const [result] = await client.transact([op.select(name, conditions, [...new Set(['_uuid', ...columns])])]);
  return { name, columns, rows: result?.rows ?? [] };
}
