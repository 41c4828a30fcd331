import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { OvsdbClient, op } from '@driftline/ovsdb';
import { type OvsdbServer, startOvsdbServer } from '@driftline/ovsdb/testing';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { EventWorker, type EventWorkerOptions, type WorkerEvent } from '../../src/events/event-worker.ts';
import { keyOf, type Look } from '../../src/events/look.ts';
import type { Finding, Lookers } from '../../src/events/looker.ts';
import { RingMembership } from '../../src/events/ring-membership.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { NeutronReadError } from '../../src/neutron/read-error.ts';
import { readGolden } from '../lab/golden.ts';
import { loadIntoSqlite } from '../lab/load-sqlite.ts';

const schemaFile = (version: string) => join(import.meta.dirname, '..', '..', 'schemas', `ovn-nb-${version}.ovsschema`);

interface Bench extends AsyncDisposable {
  readonly server: OvsdbServer;
  readonly author: OvsdbClient;
  readonly worker: EventWorker;
  readonly events: readonly WorkerEvent[];
  addPorts(...names: string[]): Promise<void>;
  setUp(name: string, up: boolean): Promise<void>;
  until(isTrue: () => boolean): Promise<void>;
}

async function startBench(lookers: Lookers, options: Partial<EventWorkerOptions> = {}): Promise<Bench> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startOvsdbServer({ schema: schemaFile('6.1.0') }));
  const connect = () =>
    OvsdbClient.connect({ endpoints: server.endpoint, database: 'OVN_Northbound', maxBackoffMs: 100 });
  const author = stack.use(await connect());
  const northbound = stack.use(await connect());
  const events: WorkerEvent[] = [];
  const worker = new EventWorker({
    release: '2024.1',
    northbound,
    graceMs: 0,
    retry: { firstMs: 1, mostMs: 4, attempts: 3 },
    lookers,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const stop = new AbortController();
  const running = worker.run(stop.signal);
  const switchUuid = randomUUID();
  await author.transact([op.insert('Logical_Switch', { name: 'neutron-n' }, { uuid: switchUuid })]);
  const resources = stack.move();
  return {
    server,
    author,
    worker,
    events,
    addPorts: async (...names) => {
      const rows = names.map((name) => ({ name, uuid: randomUUID() }));
      const external_ids = new Map([['neutron:port_name', '']]);
      await author.transact([
        ...rows.map(({ name, uuid }) => op.insert('Logical_Switch_Port', { name, external_ids }, { uuid })),
        op.mutate('Logical_Switch', switchUuid, [['ports', 'insert', rows.map(({ uuid }) => uuid)]]),
      ]);
    },
    setUp: async (name, up) => {
      await author.transact([op.update('Logical_Switch_Port', [['name', '==', name]], { up })]);
    },
    until: async (isTrue) => {
      while (!isTrue()) await sleep(5);
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      await resources.disposeAsync();
    },
  };
}

const right = (looks: readonly Look[]): readonly Finding[] => looks.map((look) => ({ look, is: 'right' }));
const looked = (events: readonly WorkerEvent[]) =>
  events.flatMap((event) => (event.kind === 'looked' ? event.findings.map(({ look }) => keyOf(look)) : []));

describe('the event worker', () => {
  it('puts a look that fails again and again with the dead letters, and finishes the others of its bunch', async () => {
    let isBroken = true;
    await using bench = await startBench({
      'port-status': async (looks) => {
        if (isBroken && looks.some(({ portId }) => portId === 'bad')) throw new Error('cannot look at that');
        return right(looks);
      },
    });
    await bench.addPorts('good', 'bad', 'fine');
    await bench.until(() => bench.worker.deadLetters.list.length === 1 && looked(bench.events).length === 2);
    const [letter] = bench.worker.deadLetters.list;
    assert.ok(letter);
    assert.deepEqual(
      [letter.event, letter.table, letter.look, letter.count],
      ['LogicalSwitchPortCreateEvent', 'Logical_Switch_Port', { at: 'port-status', portId: 'bad' }, 1],
    );
    assert.match(String(letter.error), /cannot look at that/);
    assert.equal(bench.worker.counts.failed, 3);
    assert.deepEqual(looked(bench.events).sort(), ['port-status fine', 'port-status good']);

    await bench.setUp('bad', true);
    await bench.until(() => bench.worker.deadLetters.list[0]?.count === 2);
    isBroken = false;
    await bench.setUp('bad', false);
    await bench.until(() => bench.worker.deadLetters.list.length === 0);
    assert.ok(looked(bench.events).includes('port-status bad'));
  });

  it('counts a class that throws, and goes on', async () => {
    const broken = {
      name: 'Broken',
      database: 'OVN_Northbound',
      table: 'Logical_Switch_Port',
      kinds: ['create'],
      looks: () => [],
    } as const;
    const whole = { ...broken, name: 'Whole', looks: () => [{ at: 'mac-bindings', ip: 'x' }] as const };
    await using bench = await startBench(
      { 'mac-bindings': async (looks) => right(looks) },
      {
        classes: [
          { ...broken, matches: () => assert.fail('a fault') },
          { ...whole, matches: () => true },
        ],
      },
    );
    await bench.addPorts('p');
    await bench.until(() => looked(bench.events).length === 1);
    assert.deepEqual(
      bench.worker.deadLetters.list.map(({ event, look, count }) => [event, look, count]),
      [['Broken', undefined, 1]],
    );
  });

  it('gives nothing up while a database is out of reach', async () => {
    let left = 10;
    await using bench = await startBench({
      'port-status': async (looks) => {
        if (left-- > 0) throw new NeutronReadError('unreachable', 'gone');
        return right(looks);
      },
    });
    await bench.addPorts('p');
    await bench.until(() => looked(bench.events).length === 1);
    assert.deepEqual(bench.worker.deadLetters.list, []);
    assert.equal(bench.events.filter(({ kind }) => kind === 'trouble').length, 10);
  });

  it('believes a difference, and may act, only when it is still there after the grace period', async () => {
    const asked: boolean[] = [];
    await using bench = await startBench(
      {
        'port-status': async (looks, { mayAct }) => {
          asked.push(mayAct);
          return looks.map((look) => ({ look, is: look.portId === 'settles' && mayAct ? 'right' : 'differs' }));
        },
      },
      { graceMs: 60 },
    );
    const startedAtMs = Date.now();
    await bench.addPorts('settles', 'stays');
    await bench.until(() => looked(bench.events).length === 2);
    assert.ok(Date.now() - startedAtMs >= 60);
    assert.deepEqual(asked, [false, true]);
    const found = bench.events.flatMap((event) => (event.kind === 'looked' ? event.findings : []));
    assert.deepEqual(found.map(({ is, look }) => [keyOf(look), is]).sort(), [
      ['port-status settles', 'right'],
      ['port-status stays', 'differs'],
    ]);
  });

  it('looks again at what is left to somebody else for a while, and may act then', async () => {
    const asked: boolean[] = [];
    await using bench = await startBench(
      {
        'port-status': async (looks, { mayAct }) => {
          asked.push(mayAct);
          return looks.map((look) =>
            asked.length < 3 ? { look, is: 'differs', againInMs: 1 } : { look, is: 'mended' },
          );
        },
      },
      { graceMs: 1 },
    );
    await bench.addPorts('p');
    const found = () => bench.events.flatMap((event) => (event.kind === 'looked' ? event.findings : []));
    await bench.until(() => found().some(({ is }) => is === 'mended'));
    assert.deepEqual(asked, [false, true, true]);
    assert.deepEqual(
      found().map(({ is }) => is),
      ['differs', 'mended'],
    );
    assert.equal(bench.worker.waiting, 0);
  });

  it('makes one look of many events that lead to one place', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const looks: number[] = [];
    await using bench = await startBench({
      'port-status': async (bunch) => {
        looks.push(bunch.length);
        await opened;
        return right(bunch);
      },
    });
    await bench.addPorts('p');
    await bench.until(() => looks.length === 1);
    for (let turn = 0; turn < 10; turn++) await bench.setUp('p', turn % 2 === 0);
    await bench.until(() => bench.worker.counts.owned === 11);
    open();
    await bench.until(() => bench.worker.waiting === 0 && looks.length === 2);
    assert.deepEqual(looks, [1, 1]);
  });

  it('takes a reconnection and another schema for events, and misses nothing that happened meanwhile', async () => {
    await using bench = await startBench({
      'port-status': async (looks) => right(looks),
      deployment: async (looks) => right(looks),
    });
    await bench.addPorts('p');
    await bench.until(() => looked(bench.events).length === 1);
    await bench.server.restart();
    await bench.author.sync();
    await bench.setUp('p', true);
    await bench.until(() => looked(bench.events).length >= 3);
    assert.deepEqual(looked(bench.events).sort(), ['deployment reconnected', 'port-status p', 'port-status p']);

    await promisify(execFile)('ovsdb-client', ['convert', bench.server.endpoint, schemaFile('7.0.0')]);
    await bench.until(() => looked(bench.events).includes('deployment schema'));
    const schema = bench.events.find(({ kind }) => kind === 'schema');
    assert.deepEqual(schema, { kind: 'schema', database: 'OVN_Northbound', version: '7.0.0' });
  });

  it('goes through all rows, and has the deployment looked at, when a member left of which it had to forget events', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'driftline-ring-'));
    stack.defer(() => rm(folder, { recursive: true }));
    const path = join(folder, 'neutron.sqlite');
    loadIntoSqlite((await readGolden('zed', 'neutron.sql.gz')).toString('utf8'), path);
    const connection = stack.use(openWritable(parseDatabaseUrl(`sqlite:///${path}`)));
    const timings = { touchIntervalMs: 50, nodeTimeoutMs: 60_000, cacheLifetimeMs: 50 };
    const joinRing = (nodeUuid: string) =>
      RingMembership.join({ connection, nodeUuid, hostname: 'here', timings, onEvent: () => {} });
    const other = await joinRing('other');
    const membership = stack.use(await joinRing('own'));
    await using bench = await startBench(
      { 'port-status': async (looks) => right(looks), deployment: async (looks) => right(looks) },
      { membership, mostOfOthers: 1 },
    );
    const ports = Array.from({ length: 40 }, (_, at) => `p${at}`);
    await bench.addPorts(...ports);
    await bench.until(() => bench.worker.counts.matched === ports.length);
    assert.ok(bench.worker.counts.owned < ports.length - 1, 'several are for the other');
    await other[Symbol.asyncDispose]();
    await bench.until(() => new Set(looked(bench.events)).size === ports.length + 1);
    assert.ok(looked(bench.events).includes('deployment missed'));
    assert.deepEqual(
      bench.events.flatMap((event) => (event.kind === 'scanned' ? [event.why] : [])),
      ['start', 'forgotten'],
    );
  });

  it('looks at all rows when it starts, and passes over what is of the moment', async () => {
    await using first = await startBench({});
    await first.addPorts('p', 'q');
    const router = randomUUID();
    await first.author.transact([
      op.insert(
        'NAT',
        { type: 'dnat_and_snat', external_ip: 'a', logical_ip: 'b', external_ids: new Map([['neutron:fip_id', 'f']]) },
        { namedUuid: 'nat' },
      ),
      op.insert('Logical_Router', { name: 'neutron-r', nat: [{ ref: 'nat' }] }, { uuid: router }),
    ]);
    const events: WorkerEvent[] = [];
    const worker = new EventWorker({
      release: '2024.1',
      northbound: first.author,
      graceMs: 0,
      lookers: { 'port-status': async (looks) => right(looks), 'mac-bindings': async (looks) => right(looks) },
      onEvent: (event) => events.push(event),
    });
    const stop = new AbortController();
    const running = worker.run(stop.signal);
    await first.until(() => looked(events).length === 2);
    stop.abort();
    await running;
    assert.deepEqual(looked(events).sort(), ['port-status p', 'port-status q']);
  });
});
