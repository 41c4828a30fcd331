/**
 * Which server of a cluster a client talks to, by what its `_Server` database says: leader or any, connected or cut off,
 * fresh or stale. The servers are scripted, so that they say at will what real ones say in rare moments; `cluster.test.ts`
 * has the real ones.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ConnectOptions, OvsdbClient, OvsdbError } from '../src/index.ts';
import { ScriptedServer } from '../src/testing/index.ts';
import { connectTo, librarySchema, namesOf, next } from './library.ts';

// Shows S7, S8 of docs/spec/replica.md.

const schema = JSON.parse(readFileSync(librarySchema, 'utf8'));
const optional = (type: string) => ({ type: { key: type, min: 0, max: 1 } });
const serverSchema = {
  name: '_Server',
  tables: {
    Database: {
      columns: {
        name: { type: 'string' },
        model: { type: 'string' },
        connected: { type: 'boolean' },
        leader: { type: 'boolean' },
        schema: optional('string'),
        cid: optional('uuid'),
        sid: optional('uuid'),
        index: optional('integer'),
      },
    },
  },
};
const row = '00000000-0000-4000-8000-000000000001';
const nil = '00000000-0000-0000-0000-000000000000';
const cluster = (digit: number) => ['uuid', `c0000000-0000-4000-8000-00000000000${digit}`];
const healthy = { name: 'Library', model: 'clustered', connected: true, leader: true, schema: '{}', cid: cluster(1) };

interface ClusterMember extends AsyncDisposable {
  readonly endpoint: string;
  readonly asked: unknown[];
  /** Changes what it says of itself, to present and later connections. */
  say(cells: object): void;
  drop(): void;
}

/** A member that holds one shelf with this name. */
async function startMember(shelf: string, cells: object): Promise<ClusterMember> {
  let status: Record<string, unknown> = { ...healthy, ...cells };
  const asked: unknown[] = [];
  let statusMonitor: unknown;
  const server = await ScriptedServer.start((method, params) => {
    if (method === 'get_schema') return params[0] === '_Server' ? serverSchema : schema;
    if (method === 'set_db_change_aware') return {};
    if (method !== 'monitor_cond_since') return undefined;
    if (params[0] === '_Server') {
      statusMonitor = params[1];
      return [false, nil, { Database: { [row]: { initial: status } } }];
    }
    asked.push(params[3]);
    return [false, row, { Shelf: { [row]: { initial: { name: shelf } } } }];
  });
  return {
    endpoint: server.endpoint,
    asked,
    say(changes) {
      status = { ...status, ...changes };
      const updates = { Database: { [row]: { modify: changes } } };
      for (const connection of server.connections)
        connection.send({ method: 'update3', id: null, params: [statusMonitor, nil, updates] });
    },
    drop: () => server.connections.at(-1)?.close(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function connectRefused(
  endpoint: string,
  options: Partial<ConnectOptions> = {},
): Promise<{ client: Promise<OvsdbClient>; reason: Promise<OvsdbError> }> {
  const { promise: reason, resolve } = Promise.withResolvers<OvsdbError>();
  const client = connectTo(endpoint, { ...options, on: { refused: (event) => resolve(event.reason) } });
  return { client, reason };
}

const faults: [string, object, RegExp, boolean][] = [
  ['that is not the leader', { leader: false }, /not the leader/, true],
  ['that is cut off from its cluster', { connected: false }, /cut off/, false],
  ['that has not joined its cluster', { schema: ['set', []] }, /not yet joined/, false],
  ['that is a relay', { model: 'relay', leader: false }, /never a leader/, true],
  [
    'that is a relay without its source',
    { model: 'relay', leader: false, connected: false },
    /without a connection/,
    false,
  ],
  ['without a schema', { model: 'standalone', schema: ['set', []] }, /no schema/, false],
  ['without the database', { name: 'Other' }, /does not serve/, false],
];
for (const [name, cells, message, servesAnyway] of faults) {
  test(`a server ${name} is refused until it says otherwise${servesAnyway ? ', unless any server will do' : ''}`, async () => {
    await using member = await startMember('a', cells);
    const { client, reason } = await connectRefused(member.endpoint);
    const { code, message: said } = await reason;
    assert.equal(code, 'unsuitable-server');
    assert.match(said, message);
    assert.deepEqual(member.asked, [], 'its data was not even asked for');
    if (servesAnyway) {
      await using any = await connectTo(member.endpoint, { leaderOnly: false });
      assert.deepEqual(namesOf(any), ['a']);
    }
    member.say({ ...healthy, index: 1 });
    await using connected = await client;
    assert.deepEqual(namesOf(connected), ['a']);
  });
}

test('a leader that steps down, or a server that is cut off, is left at once', async () => {
  await using first = await startMember('a', {});
  await using second = await startMember('a', { leader: false });
  await using client = await connectTo(`${first.endpoint},${second.endpoint}`);
  await using anywhere = await connectTo(first.endpoint, { leaderOnly: false });
  assert.deepEqual(client.state, { kind: 'synced', endpoint: first.endpoint });
  let losses = 0;
  anywhere.on('disconnected', () => losses++);
  const left = next(client, 'disconnected') as Promise<{ reason: OvsdbError }>;
  const reconnected = next(client, 'reconnected');
  second.say({ leader: true });
  first.say({ leader: false });
  assert.equal((await left).reason.code, 'unsuitable-server');
  await reconnected;
  assert.deepEqual(client.state, { kind: 'synced', endpoint: second.endpoint });
  await anywhere.sync();
  assert.equal(losses, 0, 'who takes any server stays');
  const cutOff = next(anywhere, 'disconnected') as Promise<{ reason: OvsdbError }>;
  first.say({ connected: false });
  assert.match((await cutOff).reason.message, /cut off/);
});

test('a server behind what was seen is refused until it has caught up', async () => {
  await using fresh = await startMember('new', { index: 100 });
  await using stale = await startMember('old', { index: 99, leader: false });
  await using client = await connectTo(`${fresh.endpoint},${stale.endpoint}`);
  const refused = next(client, 'refused', (event) => /older than/.test((event as { reason: Error }).reason.message));
  const reconnected = next(client, 'reconnected');
  stale.say({ leader: true });
  fresh.say({ leader: false });
  await refused;
  assert.deepEqual(namesOf(client), ['new'], 'nothing goes back in time');
  stale.say({ index: 100 });
  await reconnected;
  assert.deepEqual(namesOf(client), ['old']);
});

test('the index that counts is the newest that the server has told, not that of the first look', async () => {
  await using first = await startMember('new', { index: 1 });
  await using second = await startMember('old', { index: 50, leader: false });
  await using client = await connectTo(`${first.endpoint},${second.endpoint}`);
  first.say({ index: 100 });
  const refused = next(client, 'refused', (event) => /older than/.test((event as { reason: Error }).reason.message));
  second.say({ leader: true });
  first.say({ leader: false });
  await refused;
});

test('a cluster with another id was rebuilt: its data is loaded anew, however young', async () => {
  await using member = await startMember('a', { index: 100 });
  await using client = await connectTo(member.endpoint);
  const reconnected = next(client, 'reconnected');
  member.say({ index: 3, cid: cluster(2) });
  member.drop();
  await reconnected;
  assert.deepEqual(member.asked, [nil, nil], 'an id of the old cluster means nothing to the new one');
});

test('when for a while there were none but stale servers, the cluster was rebuilt', async () => {
  await using member = await startMember('a', { index: 100 });
  await using client = await connectTo(member.endpoint, { rebuiltAfterMs: 200 });
  const refused: string[] = [];
  client.on('refused', ({ reason }) => refused.push(reason.message));
  const reconnected = next(client, 'reconnected');
  member.drop();
  member.say({ index: 3 });
  await reconnected;
  assert.ok(refused.length > 0 && refused.every((message) => /older than/.test(message)), refused.join());
  assert.deepEqual(member.asked, [nil, nil]);
});
