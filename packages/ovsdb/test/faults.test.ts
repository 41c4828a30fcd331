/**
 * Truth under faults, in small: random transactions by one client, while the link of another is cut, split and
 * reset by a seeded hand. Afterwards the replica must equal what ovsdb-client, written in C, reads from the server,
 * and the changes told must add up to it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRows, type Operation, type OvsdbClient, op, type ReplicaRow } from '../src/index.ts';
import { FaultProxy, type OvsdbServer, startOvsdbCluster } from '../src/testing/index.ts';
import { Random } from './campaign/random.ts';
import { readElsewhere } from './elsewhere.ts';
import { connectTo, librarySchema, startLibrary } from './library.ts';

function randomOf(seed: number): () => number {
  const random = new Random(seed);
  return () => random.next();
}

function randomOperation(random: () => number): Operation {
  const pick = (limit: number) => Math.floor(random() * limit);
  const name = `s${pick(8)}`;
  const where = [['name', '==', name]] as const;
  const numbers = Array.from({ length: pick(6) }, () => pick(10));
  const labels = new Map(Array.from({ length: pick(4) }, () => [`k${pick(5)}`, `v${pick(3)}`]));
  switch (pick(6)) {
    case 0:
      return op.delete('Shelf', where);
    case 1:
      return op.update('Shelf', where, { numbers, labels, width: pick(2) === 0 ? undefined : pick(100) });
    case 2:
      return op.mutate('Shelf', where, [['numbers', pick(2) === 0 ? 'insert' : 'delete', numbers]]);
    case 3:
      return op.mutate('Shelf', where, [['labels', pick(2) === 0 ? 'insert' : 'delete', labels]]);
    case 4:
      return op.mutate('Shelf', allRows, [['visits', '+=', pick(3)]]);
    default:
      return op.insert('Shelf', { name, numbers, labels, visits: pick(5), weight: random() });
  }
}

/** Follows the changes told, and fails when one does not begin where the last one ended. */
function follow(client: OvsdbClient): Map<string, ReplicaRow> {
  const rows = new Map(client.replica.table('Shelf').rows);
  client.on('update', ({ changes }) => {
    for (const { uuid, before, after } of changes) {
      assert.deepEqual(rows.get(uuid), before, 'a change begins where the last one ended');
      if (after === undefined) rows.delete(uuid);
      else rows.set(uuid, after);
    }
  });
  return rows;
}

async function assertTruth(client: OvsdbClient, followed: Map<string, ReplicaRow>, server: OvsdbServer): Promise<void> {
  await client.sync();
  const expected = await readElsewhere(client, server);
  assert.deepEqual(new Map(client.replica.table('Shelf').rows), expected);
  assert.deepEqual(followed, expected);
  for (const row of expected.values()) {
    assert.equal(client.replica.table('Shelf').index('byName').findOnly(String(row.name))?._uuid, row._uuid);
  }
}

for (const seed of [1, 2, 3, 4, 5]) {
  test(`the replica equals the server after random transactions over a broken link (seed ${seed})`, async () => {
    const random = randomOf(seed);
    await using server = await startLibrary();
    const fromServer = (chunk: Buffer): Buffer[] => {
      const place = Math.floor(random() * chunk.length);
      if (random() < 0.05) setImmediate(() => proxy.cut());
      return random() < 0.7 ? [chunk.subarray(0, place), chunk.subarray(place)] : [chunk];
    };
    await using proxy: FaultProxy = await FaultProxy.start({ target: server.endpoint, fromServer });
    await using writer = await connectTo(server.endpoint);
    await using client = await connectTo(proxy.endpoint, { maxBackoffMs: 10, indexes: { Shelf: { byName: 'name' } } });
    const thrown: unknown[] = [];
    client.on('listenerError', ({ error }) => thrown.push(error));
    const followed = follow(client);
    for (let step = 0; step < 60; step++) {
      const operations = Array.from({ length: 1 + Math.floor(random() * 4) }, () => randomOperation(random));
      // Some fail, for a name that is taken; all or none is committed.
      await writer.transact(operations).catch(() => {});
      if (random() < 0.1) proxy.cut();
      if (step % 15 === 14) await assertTruth(client, followed, server);
    }
    await assertTruth(client, followed, server);
    assert.deepEqual(thrown, []);
  });
}

test('the replica equals the cluster after random transactions while leaders are killed', async () => {
  const random = randomOf(42);
  await using cluster = await startOvsdbCluster({ schema: librarySchema });
  await using client = await connectTo(cluster.endpoints, { indexes: { Shelf: { byName: 'name' } } });
  const thrown: unknown[] = [];
  client.on('listenerError', ({ error }) => thrown.push(error));
  const followed = follow(client);
  for (let round = 0; round < 3; round++) {
    const leader = await cluster.leader();
    const work = (async () => {
      for (let step = 0; step < 20; step++) {
        // Refused by a constraint, or by the loss of the link: whatever was committed counts.
        await client.transact([randomOperation(random)]).catch(() => {});
        await client.untilSynced();
      }
    })();
    await leader.kill('SIGKILL');
    await work;
    await leader.start();
    await assertTruth(client, followed, await cluster.leader());
  }
  assert.deepEqual(thrown, []);
});
