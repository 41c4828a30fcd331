import type { RowChange } from '../../replica/replica-table.ts';
import { isSameValue } from '../../schema/compare.ts';
import { kindOf } from '../../session/change-stream.ts';
import { findTable, meets, readCondition } from '../condition.ts';
import { formatValue } from '../format-value.ts';
import { findDatabase, openDatabase } from '../open-database.ts';
import { rowJson } from '../print-rows.ts';
import { readTables } from '../table-argument.ts';
import { type Terminal, UsageError } from '../terminal.ts';
import type { Command } from './command.ts';

export const monitor: Command = {
  name: 'monitor',
  usage: 'SERVER [TABLE[:COLUMN,...]]...',
  about: 'what is there, then each change as it is committed, until Ctrl-C; --changes-only leaves out what is there',
  async run(settings, terminal) {
    const { operands, where, format, flags } = settings;
    const tables = readTables(operands);
    if (where.length > 0 && operands.length !== 1) throw new UsageError('--where goes with exactly one table');
    await using client = await openDatabase(settings, terminal, {
      database: await findDatabase(settings, terminal),
      ...(tables && { tables }),
      readOnly: true,
      on: {
        disconnected: ({ endpoint, reason }) => terminal.err(`${endpoint} is lost: ${reason.message}\n`),
        reconnected: ({ endpoint }) => terminal.err(`${endpoint} is in sync again\n`),
      },
    });
    const [name = ''] = Object.keys(tables ?? {});
    const conditions = where.map((text) => readCondition(text, findTable(client.schema, name)));
    const tell = (cause: 'initial' | 'transaction' | 'resync', changes: readonly RowChange[]) => {
      const meant = changes.filter((change) =>
        [change.before, change.after].some((row) => row && conditions.every((condition) => meets(row, condition))),
      );
      if (meant.length > 0) print(terminal, cause, meant, format === 'json');
    };
    if (!flags.changesOnly) {
      for (const table of client.replica.tableNames) {
        const rows = [...client.replica.table(table).rows.values()];
        tell(
          'initial',
          rows.map((row) => ({ table, uuid: row._uuid, before: undefined, after: row })),
        );
      }
    }
    client.on('update', ({ cause, changes }) => tell(cause, changes));
    const { promise, resolve } = Promise.withResolvers<void>();
    terminal.signal.addEventListener('abort', () => resolve(), { once: true });
    if (!terminal.signal.aborted) await promise;
    return 0;
  },
};

function print({ out }: Terminal, cause: string, changes: readonly RowChange[], asJson: boolean): void {
  const time = new Date().toISOString();
  if (!asJson) out(`${time} ${cause}\n`);
  for (const change of changes) out(`${asJson ? toLine(change, cause, time) : describe(change)}\n`);
}

function toLine(change: RowChange, cause: string, time: string): string {
  const { table, uuid, before, after } = change;
  const json = (row: RowChange['before']) => row && rowJson(row, columnsOf(row));
  return JSON.stringify({
    time,
    cause,
    kind: kindOf(change),
    table,
    uuid,
    before: json(before),
    after: json(after),
  });
}

function describe(change: RowChange): string {
  const { table, uuid, before, after } = change;
  const row = after ?? before;
  const kind = kindOf(change);
  const cells =
    row === undefined
      ? []
      : columnsOf(row).flatMap((column) => {
          const now = formatValue(after?.[column] ?? before?.[column]);
          if (kind !== 'modify') return isEmpty(now) ? [] : [`${column}=${now}`];
          if (isSameValue(before?.[column], after?.[column])) return [];
          return [`${column}: ${formatValue(before?.[column])} -> ${formatValue(after?.[column])}`];
        });
  return `  ${kind} ${table} ${uuid}${cells.length > 0 ? ` ${cells.join(' ')}` : ''}`;
}

const columnsOf = (row: object): string[] => Object.keys(row).filter((column) => column !== '_uuid');

const isEmpty = (text: string): boolean => text === '[]' || text === '{}' || text === '""';
