import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { OvsdbClient, op, type SessionState } from '../src/index.ts';
import { createCertificates, noReply, ScriptedServer } from '../src/testing/index.ts';
import { connectTo, contentOf, namesOf, refusalBy, startLibrary } from './library.ts';

for (const listen of ['unix', 'tcp', 'ssl'] as const) {
  test(`a server is reached over ${listen}:, and what is written comes back`, async () => {
    await using server = await startLibrary({ listen });
    await using client = await connectTo(server.endpoint, server.tls ? { tls: server.tls } : {});
    await client.transact([op.insert('Shelf', { name: 'a', labels: new Map([['k', 'vé\u{1f600}"\\\n']]) })]);
    await using other = await connectTo(server.endpoint, server.tls ? { tls: server.tls } : {});
    assert.deepEqual(contentOf(other), contentOf(client));
    assert.deepEqual(contentOf(other)[0], {
      name: 'a',
      books: [],
      favourite: undefined,
      labels: new Map([['k', 'vé\u{1f600}"\\\n']]),
      numbers: [],
      width: undefined,
      visits: 0,
      weight: 0,
      open: false,
    });
  });
}

test('a server that another authority vouches for is refused', async () => {
  await using server = await startLibrary({ listen: 'ssl' });
  const strange = await createCertificates(join(server.folder));
  assert.ok(server.tls);
  const reason = await refusalBy(server.endpoint, { tls: { ...server.tls, ca: strange.client.certificate } });
  assert.match(reason.message, /certificate/);
});

test('a TLS file that cannot be read ends the attempt at once, naming the file', async () => {
  await using server = await startLibrary({ listen: 'ssl' });
  const attempt = connectTo(server.endpoint, { tls: { ca: '/nowhere/ca.pem' } });
  await assert.rejects(attempt, { code: 'bad-option', message: /tls\.ca \/nowhere\/ca\.pem/ });
});

test('connecting in vain ends at its deadline with the last reason', async () => {
  const attempt = connectTo('unix:/nowhere/db.sock', { connectTimeoutMs: 1000 });
  await assert.rejects(attempt, { code: 'timeout', message: /\/nowhere\/db\.sock.*ENOENT/ });
});

test('connecting ends when its signal is aborted', async () => {
  const attempt = connectTo('unix:/nowhere/db.sock', { signal: AbortSignal.timeout(50) });
  await assert.rejects(attempt, { code: 'aborted' });
});

test('a server without the database is passed over for one that has it', async () => {
  await using server = await startLibrary();
  await using stranger = await startLibrary();
  await stranger.appctl('ovsdb-server/remove-db', 'Library');
  const refused: string[] = [];
  await using client = await connectTo(`${stranger.endpoint},${server.endpoint}`, {
    on: { refused: ({ reason }) => refused.push(reason.message) },
  });
  assert.deepEqual(client.state, { kind: 'synced', endpoint: server.endpoint });
  for (const message of refused) assert.match(message, /does not serve the database/);
});

test('a misspelt database is told with those that the server has', async () => {
  await using server = await startLibrary();
  const reason = await refusalBy(server.endpoint, { database: 'Libary' });
  assert.equal(reason.message, 'the server will not do: it does not serve the database Libary; it serves Library');
});

test('a connect that took too long names the option that limits it, and what was tried last', async () => {
  const attempt = connectTo('unix:/nowhere/db.sock', { connectTimeoutMs: 100 });
  await assert.rejects(attempt, {
    code: 'timeout',
    message: /^connecting to Library \(last: .*nowhere.*\) took longer than 100 ms \(connectTimeoutMs\)$/,
  });
});

test('a server that accepts and never answers is given up at the deadline', async () => {
  await using mute = await ScriptedServer.start(() => noReply);
  await using server = await startLibrary();
  await using client = await connectTo(`${mute.endpoint},${server.endpoint}`, { attemptTimeoutMs: 200 });
  assert.equal(client.state.kind, 'synced');
});

test('only the tables and columns asked for are monitored', async () => {
  await using server = await startLibrary();
  await using writer = await connectTo(server.endpoint);
  await writer.transact([op.insert('Shelf', { name: 'a', visits: 3 }), op.insert('Rule', { text: 'silence' })]);
  await using client = await connectTo(server.endpoint, { tables: { Shelf: ['name'] } });
  assert.deepEqual(contentOf(client), [{ name: 'a' }]);
  assert.throws(() => client.replica.table('Rule'), { code: 'unknown-table' });
  assert.deepEqual(client.replica.tableNames, ['Shelf']);
});

test('tables and columns that the server lacks are told, and the rest works', async () => {
  await using server = await startLibrary();
  const told: unknown[] = [];
  await using client = await connectTo(server.endpoint, {
    tables: { Shelf: ['name', 'colour'], Robot: 'all' },
    on: { missing: (event) => told.push(event.missing) },
  });
  const missing = [
    { table: 'Shelf', columns: ['colour'] },
    { table: 'Robot', columns: undefined },
  ];
  assert.deepEqual(client.missing, missing);
  assert.deepEqual(told, [missing]);
  assert.equal(client.replica.table('Robot').exists, false);
  assert.equal(client.replica.table('Robot').rows.size, 0);
  await client.transact([op.insert('Shelf', { name: 'a' })]);
  assert.deepEqual(namesOf(client), ['a']);
});

test('a read-only client has no way to write', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint, { readOnly: true });
  await assert.rejects(client.transact([op.insert('Shelf', { name: 'a' })]), { code: 'read-only' });
  await client.sync();
  assert.deepEqual(namesOf(client), []);
});

test('a closed client says so, and has left nothing running', async () => {
  await using server = await startLibrary();
  const states: SessionState['kind'][] = [];
  const client = await connectTo(server.endpoint, { on: { state: (state) => states.push(state.kind) } });
  await client.close();
  await client.close();
  assert.deepEqual(states, ['connecting', 'loading', 'synced', 'closed']);
  await assert.rejects(client.transact([op.comment('x')]), { code: 'not-connected' });
  await assert.rejects(client.untilSynced(), { code: 'closed' });
  assert.equal(client.replica.isSynced, false);
});

test('bad endpoints are refused before anything is opened', async () => {
  await assert.rejects(OvsdbClient.connect({ endpoints: 'http:x', database: 'D' }), { code: 'bad-option' });
});
