import type { Column, Database } from '../../schema/database.ts';
import { describeColumn, describeTable } from '../../schema/describe.ts';
import { stringifyJson } from '../../wire/json-value.ts';
import { findDatabase, openDatabase } from '../open-database.ts';
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
    if (settings.format === 'json') {
      const { signal } = terminal;
      terminal.out(`${stringifyJson(await client.server.getSchemaJson(client.schema.name, { signal }))}\n`);
    } else for (const line of describe(client.schema)) terminal.out(`${line}\n`);
    return 0;
  },
};

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
