import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRows, isUuid, type JsonObject, type JsonValue, op, ServerLink } from '../src/index.ts';
import { FaultProxy, noReply, ScriptedServer } from '../src/testing/index.ts';
import { connectTo, namesOf, next, startLibrary } from './library.ts';

// Shows W5 of docs/spec/replica.md.

type Schema = JsonObject & { readonly tables: { readonly Shelf: { readonly columns: JsonObject } } };

/** The schema with another version and, in Shelf, these columns besides. */
function withColumns(schema: JsonValue, version: string, columns: JsonObject): JsonValue {
  const { tables, ...others } = schema as Schema;
  const { Shelf, ...rest } = tables;
  return { ...others, version, tables: { ...rest, Shelf: { ...Shelf, columns: { ...Shelf.columns, ...columns } } } };
}

test('a server tells its databases, their schemas and its own id, and echoes', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint);
  assert.deepEqual([...(await client.server.listDatabases())].sort(), ['Library', '_Server']);
  const schema = await client.server.getSchema('Library');
  assert.deepEqual([...schema.tables.keys()].sort(), ['Book', 'Rule', 'Shelf']);
  assert.ok((await client.server.getSchema('_Server')).tables.has('Database'));
  assert.deepEqual(await client.server.echo(['a', 2n ** 60n]), ['a', 2n ** 60n]);
  await assert.rejects(client.server.getSchema('Nope'), { code: 'unknown-database' });
  const id = await client.server.getServerId();
  assert.ok(isUuid(id));
  const reconnected = next(client, 'reconnected');
  await server.restart();
  await reconnected;
  assert.notEqual(await client.server.getServerId(), id, 'a restarted server is another one');
});

test('a client converts the schema under itself, and its replica follows', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint);
  await client.transact([op.insert('Shelf', { name: 'a' })]);
  let cancels = 0;
  client.on('monitorCanceled', () => cancels++);
  const reconnected = next(client, 'reconnected');
  const newer = withColumns(await client.server.getSchemaJson('Library'), '2.0.0', { colour: { type: 'string' } });
  await client.server.convert('Library', newer);
  await reconnected;
  assert.equal(client.schema.version, '2.0.0');
  assert.equal(cancels, 1);
  await client.transact([op.update('Shelf', allRows, { colour: 'red' })]);
  assert.equal(client.replica.table('Shelf').rows.values().next().value?.colour, 'red');
});

test('a conversion that the data does not fit is refused, and nothing changes', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint);
  await client.transact([op.insert('Shelf', { name: 'a', visits: 5 })]);
  const visits = { type: { key: { type: 'integer', maxInteger: 3 } } };
  const narrow = withColumns(await client.server.getSchemaJson('Library'), '2.0.0', { visits });
  await assert.rejects(client.server.convert('Library', narrow), {
    code: 'rpc-error',
    ovsdbError: 'constraint violation',
  });
  await assert.rejects(client.server.convert('Library', { name: 'Library' }), { code: 'bad-schema' });
  await using reader = await connectTo(server.endpoint, { readOnly: true });
  await assert.rejects(reader.server.convert('Library', narrow), { code: 'read-only' });
  assert.equal((await client.server.getSchema('Library')).version, '1.0.0');
});

test('a conversion without an answer has an unknown outcome', async () => {
  await using server = await startLibrary();
  await using link = await ServerLink.open(server.endpoint);
  const schema = await link.getSchemaJson('Library');
  await using mute = await ScriptedServer.start(() => noReply);
  await using other = await ServerLink.open(mute.endpoint);
  await assert.rejects(other.convert('Library', schema, { timeoutMs: 20 }), { code: 'unknown-outcome' });
});

test('a client that does not want to be aware of changes is disconnected by a conversion, and comes back', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint, { dbChangeAware: false });
  await using aware = await connectTo(server.endpoint);
  const events: string[] = [];
  for (const name of ['monitorCanceled', 'disconnected'] as const) {
    client.on(name, () => events.push(`unaware ${name}`));
    aware.on(name, () => events.push(`aware ${name}`));
  }
  const both = [next(client, 'reconnected'), next(aware, 'reconnected')];
  await using link = await ServerLink.open(server.endpoint);
  await link.setDbChangeAware(true);
  await link.convert(
    'Library',
    withColumns(await link.getSchemaJson('Library'), '2.0.0', { colour: { type: 'string' } }),
  );
  await Promise.all(both);
  assert.deepEqual([client.schema.version, aware.schema.version], ['2.0.0', '2.0.0']);
  assert.deepEqual(events.sort(), ['aware monitorCanceled', 'unaware disconnected']);
});

test('a request while the link is down is refused at once, and one without an answer at its deadline', async () => {
  await using server = await startLibrary();
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  await using client = await connectTo(proxy.endpoint);
  proxy.silence();
  await assert.rejects(client.server.listDatabases({ timeoutMs: 20 }), { code: 'timeout', message: /list_dbs/ });
  await assert.rejects(client.server.echo([], { signal: AbortSignal.timeout(20) }), { code: 'aborted' });
  const disconnected = next(client, 'disconnected');
  const waiting = next(client, 'state', (state) => (state as { kind: string }).kind === 'waiting');
  proxy.refuse();
  await disconnected;
  await waiting;
  await assert.rejects(client.server.echo(), { code: 'not-connected' });
});

test('a link to one server transacts without a replica, and sends any request', async () => {
  await using server = await startLibrary();
  const told: string[] = [];
  const link = await ServerLink.open(server.endpoint, { onNotification: (method) => told.push(method) });
  const [inserted] = await link.transact('Library', [op.insert('Shelf', { name: 'a' })]);
  const [selected] = await link.transact('Library', [op.select('Shelf', inserted?.uuid ?? '', ['name'])]);
  assert.deepEqual(selected?.rows, [{ name: 'a' }]);
  await assert.rejects(link.transact('Library', [op.insert('Nope', {})]), { code: 'unknown-table' });
  await link.request('monitor', ['Library', 'mine', { Shelf: { columns: ['name'] } }]);
  await link.transact('Library', [op.insert('Shelf', { name: 'b' })]);
  assert.deepEqual(told, ['update'], 'the update comes before the answer to the transaction');
  await link.request('monitor_cancel', ['mine']);
  await link.transact('Library', [op.insert('Shelf', { name: 'c' })]);
  assert.deepEqual(told, ['update']);
  const { locked } = (await link.request('lock', ['key'])) as JsonObject;
  assert.equal(locked, true, 'any method goes');
  await link.close();
  assert.equal((await link.closed).code, 'closed');
  await assert.rejects(link.echo(), { code: 'closed' });
  await assert.rejects(ServerLink.open('unix:/nowhere'), { code: 'connect-failed' });
  await assert.rejects(ServerLink.open('unix:/a,unix:/b'), { code: 'bad-option' });
  await using client = await connectTo(server.endpoint);
  assert.deepEqual(namesOf(client), ['a', 'b', 'c']);
});
