import { OvsdbError } from '../../errors.ts';
import type { Column, Database } from '../../schema/database.ts';
import { describeColumn, describeTable } from '../../schema/describe.ts';
import { findDatabase, openDatabase, openServer } from '../open-database.ts';
import type { Settings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import type { Command } from './command.ts';

export const getSchema: Command = {
  name: 'get-schema',
  usage: 'SERVER',
  about: 'the tables and columns of a database; with --output json the schema itself',
  async run(settings, terminal) {
    await using client = await openDatabase(settings, terminal, {
      database: await findDatabase(settings, terminal),
      tables: {},
      readOnly: true,
    });
    if (settings.format === 'json') terminal.out(`${await readText(client.schema.name, settings, terminal)}\n`);
    else for (const line of describe(client.schema)) terminal.out(`${line}\n`);
    return 0;
  },
};

/** As the server has it. */
async function readText(database: string, settings: Settings, terminal: Terminal): Promise<string> {
  await using server = await openServer(settings, terminal, ['name', 'schema']);
  for (const { name, schema } of server.replica.table('Database').rows.values()) {
    if (name === database && schema !== undefined) return String(schema);
  }
  throw new OvsdbError('unsuitable-server', `the server has no schema of ${database} at the moment`);
}

function* describe({ name, version, tables }: Database): Iterable<string> {
  yield `${name} ${version}`;
  for (const table of [...tables.values()].sort((left, right) => (left.name < right.name ? -1 : 1))) {
    yield '';
    yield [table.name, ...describeTable(table)].join('  ');
    for (const column of table.columns.values()) {
      yield `  ${column.name.padEnd(24)} ${[typeOf(column), ...describeColumn(column)].join('  ')}`;
    }
  }
}

function typeOf({ kind, key, value }: Column): string {
  const of = key.enum === undefined ? key.type : [...key.enum].join(' | ');
  switch (kind) {
    case 'scalar':
      return of;
    case 'optional':
      return `${of}, or none`;
    case 'set':
      return `set of ${of}`;
    case 'map':
      return `map of ${of} to ${value?.type ?? 'string'}`;
    default:
      return kind satisfies never;
  }
}
