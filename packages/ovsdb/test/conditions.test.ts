import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OvsdbClient, op, type RowFilter, type SyncedEvent, type UpdateBatch } from '../src/index.ts';
import { FaultProxy, type OvsdbServer, startOvsdbCluster } from '../src/testing/index.ts';
import { changesOf, connectTo, librarySchema, namesOf, next, startLibrary } from './library.ts';
import { startOldServer } from './old-server.ts';

const named = (...names: string[]): RowFilter => ({ anyOf: names.map((name) => ['name', '==', name] as const) });

async function fill(server: OvsdbServer, ...names: string[]): Promise<OvsdbClient> {
  const writer = await connectTo(server.endpoint);
  await writer.transact(names.map((name) => op.insert('Shelf', { name })));
  return writer;
}

test('a client opened with conditions holds the rows that meet any of them', async () => {
  await using server = await startLibrary();
  await using writer = await fill(server, 'a', 'b', 'c');
  await writer.transact([op.insert('Rule', { text: 'silence' })]);
  await using client = await connectTo(server.endpoint, { conditions: { Shelf: named('a', 'c'), Rule: 'none' } });
  assert.deepEqual(namesOf(client), ['a', 'c']);
  assert.equal(client.replica.table('Rule').rows.size, 0);
});

test('conditions change live: when the promise resolves, the rows are there or gone, and were told', async () => {
  await using server = await startLibrary();
  await using writer = await fill(server, 'a', 'b', 'c');
  await using client = await connectTo(server.endpoint, { conditions: { Shelf: 'none' } });
  const batches: UpdateBatch[] = [];
  client.on('update', (batch) => batches.push(batch));
  await client.setConditions({ Shelf: named('a') });
  assert.deepEqual(namesOf(client), ['a']);
  await client.setConditions({ Shelf: named('b') });
  assert.deepEqual(namesOf(client), ['b']);
  await client.setConditions({ Shelf: 'all' });
  assert.deepEqual(namesOf(client), ['a', 'b', 'c']);
  await client.setConditions({ Shelf: { anyOf: [] } });
  assert.deepEqual(namesOf(client), []);
  const told = batches.map((batch) => changesOf(batch).map(String).sort());
  assert.deepEqual(told, [
    ['Shelf,,a'],
    ['Shelf,,b', 'Shelf,a,'],
    ['Shelf,,a', 'Shelf,,c'],
    ['Shelf,a,', 'Shelf,b,', 'Shelf,c,'],
  ]);
  await writer.transact([op.insert('Shelf', { name: 'd' })]);
  await client.sync();
  assert.deepEqual(namesOf(client), [], 'what nobody asked for does not come');
});

test('a row that a change moves into or out of the conditions enters or leaves', async () => {
  await using server = await startLibrary();
  await using writer = await fill(server, 'a', 'b');
  await using client = await connectTo(server.endpoint, {
    conditions: { Shelf: { anyOf: [['visits', '>', 10]] } },
    tables: { Shelf: ['name'] },
  });
  for (const [visits, expected] of [
    [11, ['a']],
    [3, []],
  ] as const) {
    await writer.transact([op.update('Shelf', [['name', '==', 'a']], { visits })]);
    await client.sync();
    assert.deepEqual(namesOf(client), expected);
  }
});

test('a condition that the schema does not allow is refused before anything is changed', async () => {
  await using server = await startLibrary();
  await using _writer = await fill(server, 'a');
  await using client = await connectTo(server.endpoint);
  const set = (filters: Record<string, RowFilter>) => client.setConditions(filters);
  await assert.rejects(set({ Robot: 'all' }), { code: 'unknown-table' });
  await assert.rejects(set({ Shelf: { anyOf: [['colour', '==', 'red']] } }), { code: 'unknown-column' });
  await assert.rejects(set({ Shelf: { anyOf: [['visits', '==', 'many']] } }), { code: 'bad-value' });
  await client.setConditions({});
  assert.deepEqual(namesOf(client), ['a']);
  const attempt = connectTo(server.endpoint, { conditions: { Shelf: { anyOf: [['visits', '==', 'many']] } } });
  await assert.rejects(attempt, { code: 'bad-option', message: /filter of Shelf/ });
});

test('a condition on a column that the server lacks brings the whole table', async () => {
  await using server = await startLibrary();
  await using _writer = await fill(server, 'a');
  await using client = await connectTo(server.endpoint, {
    conditions: { Shelf: { anyOf: [['colour', '==', 'red']] } },
  });
  assert.deepEqual(namesOf(client), ['a']);
});

test('conditions set while the link is down are followed by the next connection', async () => {
  await using server = await startLibrary();
  await using _writer = await fill(server, 'a', 'b');
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  await using client = await connectTo(proxy.endpoint, { conditions: { Shelf: named('a') } });
  const disconnected = next(client, 'disconnected');
  proxy.refuse();
  await disconnected;
  const followed = client.setConditions({ Shelf: named('b') });
  proxy.restore();
  await followed;
  assert.deepEqual(namesOf(client), ['b']);
});

test('a client of a cluster that resumes keeps its conditions, and follows the new ones afterwards', async () => {
  await using cluster = await startOvsdbCluster({ schema: librarySchema });
  const synced: SyncedEvent['kind'][] = [];
  await using client = await connectTo(cluster.endpoints, {
    conditions: { Shelf: named('a') },
    on: { synced: ({ kind }) => synced.push(kind) },
  });
  await client.transact(['a', 'b', 'c'].map((name) => op.insert('Shelf', { name })));
  const disconnected = next(client, 'disconnected');
  await (await cluster.leader()).kill('SIGKILL');
  await disconnected;
  await client.setConditions({ Shelf: named('b') });
  assert.deepEqual(namesOf(client), ['b']);
  assert.deepEqual(synced, ['initial', 'resumed']);
  await client.transact([op.update('Shelf', [['name', '==', 'b']], { visits: 2 })]);
  assert.equal(client.replica.table('Shelf').rows.values().next().value?.visits, 2);
});

test('waiting for conditions ends at its deadline, and when the client is closed', async () => {
  await using server = await startLibrary();
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  const client = await connectTo(proxy.endpoint);
  proxy.silence();
  await assert.rejects(client.setConditions({ Shelf: named('a') }, { timeoutMs: 20 }), { code: 'timeout' });
  const attempt = client.setConditions({ Shelf: named('b') });
  const rejected = assert.rejects(attempt, { code: 'closed' });
  await client.close();
  await rejected;
});

const oldServers = [
  { lacks: ['monitor_cond_since'], expected: 'monitor_cond', rows: ['a'], after: ['b'] },
  { lacks: ['monitor_cond_since', 'monitor_cond'], expected: 'monitor', rows: ['a', 'b'], after: ['a', 'b'] },
];
for (const { lacks, expected, rows, after } of oldServers) {
  test(`a server without ${lacks.join(' and ')} is monitored with ${expected}`, async () => {
    await using server = await startLibrary();
    await using writer = await fill(server, 'a', 'b');
    await using old = await startOldServer(server, lacks);
    const synced: unknown[] = [];
    await using client = await connectTo(old.endpoint, {
      conditions: { Shelf: named('a') },
      on: { synced: ({ kind, method }) => synced.push([kind, method]) },
    });
    assert.deepEqual(synced, [['initial', expected]]);
    assert.deepEqual(namesOf(client), rows);
    await client.setConditions({ Shelf: named('b') });
    assert.deepEqual(namesOf(client), after);
    const labels = new Map([['k', 'v']]);
    await writer.transact([op.update('Shelf', [['name', '==', 'b']], { labels, numbers: [1, 2], width: 3 })]);
    await writer.transact([op.update('Shelf', [['name', '==', 'b']], { numbers: [2, 3], width: undefined })]);
    await client.sync();
    const shelf = [...client.replica.table('Shelf').rows.values()].find(({ name }) => name === 'b');
    assert.deepEqual([shelf?.labels, shelf?.numbers, shelf?.width], [labels, [2, 3], undefined]);
    await client.transact([op.delete('Shelf', [['name', '==', 'b']])]);
    assert.deepEqual(
      namesOf(client),
      after.filter((name) => name !== 'b'),
    );
  });
}
