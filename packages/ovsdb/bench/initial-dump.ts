/**
 * How long until a client's copy of an OVN Northbound is complete, and what it costs: this library beside python-ovs's
 * IDL, `ovsdb-client dump`, and merely receiving the bytes; in one run, the runs of all taking turns. Each run has a
 * freshly started server, whose reply is made anew; then one more against the same server, which keeps it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startOvsdbServer } from '../src/testing/index.ts';
import { describeMachine } from './machine.ts';
import { type Measured, measure, median } from './measure.ts';
import { writeNorthbound } from './northbound-file.ts';

const { values: options } = parseArgs({
  options: {
    ports: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: 'receive,replica,python-ovs,ovsdb-client' },
    json: { type: 'string' },
  },
});

const clientFile = (name: string) => new URL(`clients/${name}`, import.meta.url).pathname;
const schemaFile = new URL('../../driftline/schemas/ovn-nb-7.18.0.ovsschema', import.meta.url).pathname;
const clients: Readonly<Record<string, (endpoint: string) => readonly [string, ...string[]]>> = {
  receive: (endpoint) => [process.execPath, clientFile('receive.ts'), endpoint],
  replica: (endpoint) => [process.execPath, clientFile('replica.ts'), endpoint],
  'python-ovs': (endpoint) => ['/usr/bin/python3', clientFile('python-ovs.py'), endpoint, schemaFile],
  'ovsdb-client': (endpoint) => ['ovsdb-client', 'dump', '--format=json', endpoint, 'OVN_Northbound'],
};

interface Run {
  readonly measured: Measured;
  /** Of `receive` and `replica` without the start of Node; of the others the whole process. */
  readonly readyMs: number;
  readonly rows: number | undefined;
}

const names = options.only.split(',');
const results = new Map(names.flatMap((name) => ['new', 'kept'].map((reply) => [`${name} ${reply}`, [] as Run[]])));
const folder = await mkdtemp(join(tmpdir(), 'ovsdb-bench-'));
try {
  const database = join(folder, 'northbound.db');
  const rows = await writeNorthbound(database, Number(options.ports));
  process.stdout.write(`${rows} rows\n`);
  for (let turn = 0; turn < Number(options.runs); turn++) {
    for (const name of names) {
      await using server = await startOvsdbServer({ database });
      for (const reply of ['new', 'kept']) {
        const run = await runClient(name, server.endpoint);
        if (run.rows !== undefined && run.rows !== rows && name !== 'receive') {
          throw new Error(`${name} has ${run.rows} rows, of ${rows}`);
        }
        results.get(`${name} ${reply}`)?.push(run);
        process.stdout.write(`${name} (${reply}): ${(run.readyMs / 1000).toFixed(2)} s\n`);
      }
    }
  }
  const base = (reply: string) => readyS(`receive ${reply}`);
  const table = [...results].map(([name, runs]) => ({
    client: name.split(' ')[0],
    reply: name.split(' ')[1],
    ready_s: readyS(name).toFixed(2),
    times_receiving: (readyS(name) / base(name.split(' ')[1] ?? '')).toFixed(2),
    cpu_s: (median(runs.map(({ measured }) => measured.cpuMs)) / 1000).toFixed(2),
    peak_mb: median(runs.map(({ measured }) => measured.peakRssMb)),
  }));
  console.table(table);
  const summary = { ports: Number(options.ports), rows, machine: describeMachine(), table };
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(summary, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function readyS(name: string): number {
  return median((results.get(name) ?? []).map(({ readyMs }) => readyMs)) / 1000;
}

async function runClient(name: string, endpoint: string): Promise<Run> {
  const [command, ...args] = clients[name]?.(endpoint) ?? [];
  if (command === undefined) throw new Error(`there is no client "${name}"`);
  const measured = await measure(command, args);
  if (measured.exitCode !== 0) throw new Error(`${name} failed: ${measured.stderr}`);
  if (name === 'ovsdb-client') return { measured, readyMs: measured.wallMs, rows: undefined };
  const { rows, readyMs } = JSON.parse(measured.stdout);
  return { measured, readyMs, rows };
}
