import { findDatabase, openDatabase } from '../open-database.ts';
import { parseOperations } from '../parse-operations.ts';
import { rowJson } from '../print-rows.ts';
import { UsageError } from '../terminal.ts';
import type { Command } from './command.ts';

export const transact: Command = {
  name: 'transact',
  usage: 'SERVER OPERATIONS',
  about: 'commits operations written as in RFC 7047; "-" reads them from standard input',
  async run(settings, terminal) {
    const [given, ...more] = settings.operands;
    if (given === undefined || more.length > 0) throw new UsageError('transact takes one JSON text, or "-"');
    await using client = await openDatabase(settings, terminal, {
      database: await findDatabase(settings, terminal),
      tables: {},
    });
    const operations = parseOperations(given === '-' ? await terminal.readInput() : given, client.schema);
    const results = await client.transact(operations, {
      ...(settings.timeoutMs !== undefined && { timeoutMs: settings.timeoutMs }),
      signal: terminal.signal,
    });
    for (const [index, { uuid, count, rows }] of results.entries()) {
      const { op: name } = operations[index] ?? { op: '' };
      const shown = rows?.map((row) => rowJson(row, Object.keys(row)));
      if (settings.format === 'json') terminal.out(`${JSON.stringify({ op: name, uuid, count, rows: shown })}\n`);
      else if (uuid !== undefined) terminal.out(`${name}: ${uuid}\n`);
      else if (count !== undefined) terminal.out(`${name}: ${count} row${count === 1 ? '' : 's'}\n`);
      else if (shown !== undefined) for (const row of shown) terminal.out(`${JSON.stringify(row)}\n`);
    }
    return 0;
  },
};
