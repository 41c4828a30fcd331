import { openServer } from '../open-database.ts';
import { printTable } from '../print-rows.ts';
import type { Command } from './command.ts';

const columns = ['name', 'model', 'connected', 'leader', 'cid', 'sid', 'index'];

export const listDbs: Command = {
  name: 'list-dbs',
  usage: 'SERVER',
  about: 'the databases of a server, and how it stands to their clusters',
  async run(settings, terminal) {
    await using client = await openServer(settings, terminal, columns);
    const rows = [...client.replica.table('Database').rows.values()];
    printTable(terminal, settings.format, { name: 'Database', columns, rows });
    return 0;
  },
};
