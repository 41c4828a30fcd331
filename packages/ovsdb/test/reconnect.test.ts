import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { op, type SyncedEvent, type UpdateBatch } from '../src/index.ts';
import { FaultProxy, type OvsdbServer } from '../src/testing/index.ts';
import { changesOf, connectTo, contentOf, librarySchema, namesOf, next, startLibrary, until } from './library.ts';

// Shows R4, R8, S4 of docs/spec/replica.md.

const run = promisify(execFile);
const add = (name: string) => op.insert('Shelf', { name });

/** Commits from a process of its own, as somebody else would. */
async function commitElsewhere(server: OvsdbServer, ...operations: object[]): Promise<void> {
  await run('ovsdb-client', ['transact', server.endpoint, JSON.stringify(['Library', ...operations])]);
}

test('after the server was killed the replica is filled again, and only the difference is told', async () => {
  await using server = await startLibrary();
  const batches: UpdateBatch[] = [];
  await using client = await connectTo(server.endpoint);
  await client.transact([add('kept'), add('removed'), op.insert('Shelf', { name: 'changed', visits: 1 })]);
  client.on('update', (batch) => batches.push(batch));
  const kept = [...client.replica.table('Shelf').rows.values()].find((row) => row.name === 'kept');

  const disconnected = next(client, 'disconnected');
  await server.kill('SIGKILL');
  await disconnected;
  assert.equal(client.replica.isSynced, false);
  assert.deepEqual(namesOf(client), ['changed', 'kept', 'removed']);
  await assert.rejects(client.transact([add('x')]), { code: 'not-connected' });

  const reconnected = next(client, 'reconnected');
  const changes = [
    { op: 'delete', table: 'Shelf', where: [['name', '==', 'removed']] },
    { op: 'update', table: 'Shelf', where: [['name', '==', 'changed']], row: { visits: 2 } },
    { op: 'insert', table: 'Shelf', row: { name: 'added' } },
  ];
  await run('ovsdb-tool', ['transact', server.databaseFile, JSON.stringify(['Library', ...changes])]);
  await server.start();
  await reconnected;
  await client.sync();
  assert.deepEqual(namesOf(client), ['added', 'changed', 'kept']);
  assert.equal(batches.length, 1);
  assert.equal(batches[0]?.cause, 'resync');
  assert.deepEqual(
    new Set(batches.flatMap(changesOf)),
    new Set([
      ['Shelf', 'removed', undefined],
      ['Shelf', 'changed', 'changed'],
      ['Shelf', undefined, 'added'],
    ]),
  );
  assert.equal(client.replica.table('Shelf').get(kept?._uuid ?? ''), kept);
  await client.transact([add('again')]);
});

test('a link that breaks again and again loses nothing', async () => {
  await using server = await startLibrary();
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  await using client = await connectTo(proxy.endpoint, { indexes: { Shelf: { byName: 'name' } } });
  await using writer = await connectTo(server.endpoint);
  for (let index = 0; index < 10; index++) {
    proxy.cut();
    await writer.transact([add(`s${index}`)]);
    await client.sync();
    assert.deepEqual(contentOf(client), contentOf(writer));
    assert.equal(client.replica.table('Shelf').index('byName').find(`s${index}`).length, 1);
  }
});

test('a half-open link is noticed by the probe, and left', async () => {
  await using server = await startLibrary();
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  await using client = await connectTo(proxy.endpoint, { probeIntervalMs: 50 });
  const disconnected = next(client, 'disconnected') as Promise<{ reason: Error }>;
  proxy.silence();
  const { reason } = await disconnected;
  assert.match(reason.message, /has sent nothing for \d+ ms/);
  await using writer = await connectTo(server.endpoint);
  await writer.transact([add('a')]);
  proxy.cut();
  proxy.restore();
  await client.sync();
  assert.deepEqual(namesOf(client), ['a']);
});

test('an idle link is kept alive by the probe', async () => {
  await using server = await startLibrary();
  let probes = 0;
  const fromClient = (chunk: Buffer) => {
    if (chunk.includes('"probe"')) probes++;
    return [chunk];
  };
  await using proxy = await FaultProxy.start({ target: server.endpoint, fromClient });
  await using client = await connectTo(proxy.endpoint, { probeIntervalMs: 1000 });
  while (probes < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(client.state.kind, 'synced');
  assert.equal(proxy.connections, 1);
});

test('bytes that come one by one are understood', async () => {
  await using server = await startLibrary();
  const fromServer = (chunk: Buffer) => [...chunk].map((byte) => Buffer.of(byte));
  await using proxy = await FaultProxy.start({ target: server.endpoint, fromServer });
  await using client = await connectTo(proxy.endpoint);
  await client.transact([op.insert('Shelf', { name: 'é\u{1f600}' })]);
  assert.deepEqual(namesOf(client), ['é\u{1f600}']);
});

for (const [disabled, expected] of [
  [[], 'monitor_cond_since'],
  [['ovsdb-server/disable-monitor-cond'], 'monitor'],
] as const) {
  test(`the client monitors with ${expected}${disabled.length ? ' when the server has nothing better' : ''}`, async () => {
    await using server = await startLibrary();
    for (const command of disabled) await server.appctl(command);
    const synced: SyncedEvent[] = [];
    const batches: UpdateBatch[] = [];
    await using writer = await connectTo(server.endpoint);
    await writer.transact([add('a')]);
    await using client = await connectTo(server.endpoint, {
      on: { synced: (event) => synced.push(event), update: (batch) => batches.push(batch) },
    });
    assert.deepEqual(
      synced.map(({ kind, method }) => [kind, method]),
      [['initial', expected]],
    );
    const labels = new Map([['k', 'v']]);
    await writer.transact([op.insert('Shelf', { name: 'b', numbers: [1, 2], labels, width: 3 })]);
    const change = { numbers: [2, 3], labels: new Map([['k', 'w']]), width: undefined, visits: 5 };
    await writer.transact([op.update('Shelf', [['name', '==', 'b']], change)]);
    await writer.transact([op.delete('Shelf', [['name', '==', 'a']])]);
    await until(client, () => namesOf(client).join() === 'b');
    assert.deepEqual(contentOf(client), contentOf(writer));
    const [row] = contentOf(client) as [Record<string, unknown>];
    assert.deepEqual([row.numbers, row.labels, row.width, row.visits], [[2, 3], change.labels, undefined, 5]);
    assert.deepEqual(batches.map(changesOf), [
      [['Shelf', undefined, 'b']],
      [['Shelf', 'b', 'b']],
      [['Shelf', 'a', undefined]],
    ]);
    assert.deepEqual(batches[1]?.changes[0]?.before?.numbers, [1, 2]);
  });
}

test('a schema converted under the client is taken up without a new connection', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint, { tables: { Shelf: 'all' }, lock: 'key' });
  await client.transact([add('a')]);
  const newer = JSON.parse(await readFile(librarySchema, 'utf8'));
  newer.version = '1.1.0';
  newer.tables.Shelf.columns.colour = { type: 'string' };
  const newerFile = join(server.folder, 'newer.ovsschema');
  await writeFile(newerFile, JSON.stringify(newer));

  let disconnects = 0;
  client.on('disconnected', () => disconnects++);
  const reconnected = next(client, 'reconnected');
  await run('ovsdb-client', ['convert', server.endpoint, newerFile]);
  await reconnected;
  assert.equal(client.schema.version, '1.1.0');
  assert.equal(disconnects, 0);
  await client.transact([op.assert('key')]);
  assert.equal((contentOf(client)[0] as Record<string, unknown>).colour, '');
  await client.transact([op.update('Shelf', [['name', '==', 'a']], { colour: 'red' })]);
  assert.equal((contentOf(client)[0] as Record<string, unknown>).colour, 'red');
  await commitElsewhere(server, { op: 'insert', table: 'Shelf', row: { name: 'b' } });
  await client.sync();
  assert.deepEqual(namesOf(client), ['a', 'b']);
});

test('a database that the server drops and takes back is found again', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint);
  await client.transact([add('a')]);
  const disconnected = next(client, 'disconnected');
  await server.appctl('ovsdb-server/remove-db', 'Library');
  await disconnected;
  const reconnected = next(client, 'reconnected');
  await server.appctl('ovsdb-server/add-db', server.databaseFile);
  await reconnected;
  assert.deepEqual(namesOf(client), ['a']);
});
