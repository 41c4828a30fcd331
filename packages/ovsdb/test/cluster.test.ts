import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isUuid, op, type SyncedEvent, type UpdateBatch } from '../src/index.ts';
import { FaultProxy, type OvsdbCluster, startOvsdbCluster, startOvsdbRelay } from '../src/testing/index.ts';
import { connectTo, contentOf, librarySchema, namesOf, next, refusalBy, startLibrary } from './library.ts';

async function withCluster(run: (cluster: OvsdbCluster) => Promise<void>): Promise<void> {
  await using cluster = await startOvsdbCluster({ schema: librarySchema });
  await run(cluster);
}

test('a client of a cluster talks to its leader, follows it, and resumes where it was', () =>
  withCluster(async (cluster) => {
    const synced: SyncedEvent[] = [];
    const batches: UpdateBatch[] = [];
    await using client = await connectTo(cluster.endpoints, {
      on: { synced: (event) => synced.push(event), update: (batch) => batches.push(batch) },
    });
    const first = await cluster.leader();
    assert.deepEqual(client.state, { kind: 'synced', endpoint: first.endpoint });
    const { model, isLeader, isConnected, clusterId, index } = client.serverStatus ?? {};
    assert.deepEqual([model, isLeader, isConnected], ['clustered', true, true]);
    assert.ok(isUuid(clusterId) && Number(index) > 0);
    await client.transact([op.insert('Shelf', { name: 'a', numbers: [1, 2] })]);
    assert.equal(batches.length, 1);

    const reconnected = next(client, 'reconnected');
    await first.kill('SIGKILL');
    await reconnected;
    const second = await cluster.leader();
    assert.deepEqual(client.state, { kind: 'synced', endpoint: second.endpoint });
    assert.notEqual(second, first);
    assert.deepEqual(
      synced.map(({ kind, method }) => [kind, method]),
      [
        ['initial', 'monitor_cond_since'],
        ['resumed', 'monitor_cond_since'],
      ],
    );
    assert.equal(batches.length, 1, 'nothing had changed meanwhile, so nothing was told');
    await client.transact([op.mutate('Shelf', [['name', '==', 'a']], [['numbers', 'insert', [3]]])]);

    await first.start();
    await using everywhere = await connectTo(first.endpoint, { leaderOnly: false });
    await client.sync();
    // A follower may lag behind: what it has been told of, it has.
    while (!isDeepStrictEqual(contentOf(everywhere), contentOf(client))) await next(everywhere, 'update');
    assert.deepEqual(
      batches.map((batch) => batch.cause),
      ['transaction', 'transaction'],
    );
  }));

test('a follower does not serve a client that wants the leader', () =>
  withCluster(async (cluster) => {
    const leader = await cluster.leader();
    const follower = cluster.servers.find((server) => server !== leader);
    assert.ok(follower);
    const reason = await refusalBy(follower.endpoint);
    assert.equal(reason.code, 'unsuitable-server');
    assert.match(reason.message, /not the leader/);
    await using client = await connectTo(follower.endpoint, { leaderOnly: false });
    await client.transact([op.insert('Shelf', { name: 'through a follower' })]);
    assert.deepEqual(namesOf(client), ['through a follower']);
  }));

test('a server that will not do is left, and no connection to it stays open', () =>
  withCluster(async (cluster) => {
    const leader = await cluster.leader();
    const follower = cluster.servers.find((server) => server !== leader);
    assert.ok(follower);
    await using proxy = await FaultProxy.start({ target: follower.endpoint });
    await using client = await connectTo(`${leader.endpoint},${proxy.endpoint}`);
    assert.equal((await refusalBy(proxy.endpoint)).code, 'unsuitable-server');
    assert.ok(proxy.connections > 0);
    while (proxy.openConnections > 0) await delay(10);
    assert.equal(client.state.kind, 'synced');
  }));

test('what a holder of the lock had on its way when the leader hung is not committed once another has the lock', () =>
  withCluster(async (cluster) => {
    const lock = 'maintenance';
    await using first = await connectTo(cluster.endpoints, { lock });
    await first.waitForLock();
    const leader = await cluster.leader();
    await leader.kill('SIGSTOP');
    const late = first.transact([op.assert(lock), op.insert('Shelf', { name: 'late' })]);
    const outcome = assert.rejects(late, { code: 'unknown-outcome' });
    const others = cluster.servers.filter((server) => server !== leader).map(({ endpoint }) => endpoint);
    await using second = await connectTo(others.join(','), { lock });
    await second.waitForLock();
    await second.transact([op.assert(lock), op.insert('Shelf', { name: 'in time' })]);
    // It finds the transaction in its socket, and that it leads no more; the client has left it before it can pass it on.
    await leader.kill('SIGCONT');
    await outcome;
    assert.notEqual(first.lockState, 'held');
    await Promise.all([first.sync(), second.sync()]);
    assert.deepEqual(namesOf(second), ['in time']);
    assert.deepEqual(namesOf(first), ['in time']);
  }));

test('what happens in a cluster beside the data is not told as an update', () =>
  withCluster(async (cluster) => {
    await using client = await connectTo(cluster.endpoints, { tables: { Rule: 'all' } });
    await using writer = await connectTo(cluster.endpoints);
    const batches: UpdateBatch[] = [];
    client.on('update', (batch) => batches.push(batch));
    // Each commit moves the index in `_Server`, which the session watches.
    for (let index = 0; index < 5; index++) await writer.transact([op.insert('Shelf', { name: `s${index}` })]);
    await client.sync();
    assert.deepEqual(batches, []);
  }));

test('a relay serves a client that does not want the leader', async () => {
  await using source = await startLibrary();
  await using relay = await startOvsdbRelay({ source });
  await using writer = await connectTo(source.endpoint);
  await writer.transact([op.insert('Shelf', { name: 'a' })]);
  await using client = await connectTo(relay.endpoint, { leaderOnly: false });
  await client.transact([op.insert('Shelf', { name: 'b' })]);
  await client.sync();
  assert.deepEqual(namesOf(client), ['a', 'b']);
  assert.match((await refusalBy(relay.endpoint)).message, /a relay, which is never a leader/);
});
