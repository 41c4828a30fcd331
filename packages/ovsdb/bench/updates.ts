/**
 * What following a database costs: CPU time of a client for each changed row, this library beside python-ovs's IDL, in
 * one run, for databases of several sizes. Transactions change a key of a map in ten rows each. Live, they come as they
 * are committed; in a burst, a proxy keeps what the server sends and then lets it all go at once.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { OvsdbClient, op } from '../src/index.ts';
import { FaultProxy, startOvsdbServer } from '../src/testing/index.ts';
import { describeMachine } from './machine.ts';
import { writeNorthbound } from './northbound-file.ts';

const { values: options } = parseArgs({
  options: {
    ports: { type: 'string', default: '1000,10000,100000' },
    transactions: { type: 'string', default: '20000' },
    json: { type: 'string' },
  },
});

type Program = readonly [string, ...string[]];

const rowsEach = 10;
const transactions = Number(options.transactions);
const clientFile = (name: string) => new URL(`clients/${name}`, import.meta.url).pathname;
const schemaFile = new URL('../../driftline/schemas/ovn-nb-7.18.0.ovsschema', import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), 'ovsdb-bench-'));
const table: object[] = [];
try {
  for (const ports of options.ports.split(',').map(Number)) {
    const database = join(folder, `northbound-${ports}.db`);
    const rows = await writeNorthbound(database, ports);
    await using server = await startOvsdbServer({ database });
    const wanted = String(transactions * rowsEach);
    for (const how of ['live', 'burst'] as const) {
      const ours = await follow(
        server.endpoint,
        [process.execPath, clientFile('follow.ts'), server.endpoint, wanted],
        how,
      );
      const python: Program = ['/usr/bin/python3', clientFile('follow.py'), server.endpoint, wanted, schemaFile];
      const theirs = await follow(server.endpoint, python, how);
      const perRow = (cpuMs: number) => Number(((cpuMs * 1000) / (Number(wanted) / 2)).toFixed(1));
      table.push({
        ports,
        rows,
        how,
        ours_us_a_row: perRow(ours),
        python_us_a_row: perRow(theirs),
        times_faster: Number((theirs / ours).toFixed(1)),
      });
    }
  }
  console.table(table);
  if (options.json !== undefined)
    await writeFile(options.json, `${JSON.stringify({ machine: describeMachine(), table }, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/**
 * The CPU time in ms that the client took for the second half of the changes: the first warms it up. They come one
 * transaction at a time, or all at once.
 */
async function follow(server: string, [command, ...args]: Program, how: 'live' | 'burst'): Promise<number> {
  await using proxy = await FaultProxy.start({ target: server });
  const child = spawn(command, args.with(args.indexOf(server), proxy.endpoint), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== 'ready') throw new Error(`${command} did not get ready`);
  if (how === 'burst') proxy.hold();
  await write(server, `${how} ${command}`);
  proxy.release();
  return JSON.parse(String((await lines.next()).value)).cpuMs;
}

async function write(endpoint: string, mark: string): Promise<void> {
  await using writer = await OvsdbClient.connect({
    endpoints: endpoint,
    database: 'OVN_Northbound',
    tables: { Logical_Switch_Port: ['name'] },
  });
  const uuids = [...writer.replica.table('Logical_Switch_Port').rows.keys()];
  for (let turn = 0; turn < transactions; turn++) {
    const value = new Map([['neutron:revision_number', `${mark} ${turn}`]]);
    const operations = Array.from({ length: rowsEach }, (_, at) => {
      const uuid = uuids[(turn * rowsEach + at) % uuids.length] ?? '';
      return [
        op.mutate('Logical_Switch_Port', uuid, [['external_ids', 'delete', ['neutron:revision_number']]]),
        op.mutate('Logical_Switch_Port', uuid, [['external_ids', 'insert', value]]),
      ];
    });
    await writer.transact(operations.flat());
  }
}
