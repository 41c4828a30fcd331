import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { type MembershipEvent, RingMembership } from '../../src/events/ring-membership.ts';
import { openWritable, type WritableNeutronConnection } from '../../src/neutron/connect.ts';
import { NEUTRON_RING_GROUP, readRingGroup, ringTimingsOf } from '../../src/neutron/hash-ring.ts';
import { type Databases, engines, startDatabases } from '../integration/neutron-databases.ts';

let databases: Databases;
before(async () => {
  databases = await startDatabases();
});
after(() => databases[Symbol.asyncDispose]());

/** Nobody is taken for dead because this machine was busy for a while. */
const timings = { touchIntervalMs: 200, nodeTimeoutMs: 600_000, cacheLifetimeMs: 200 };

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(20);
}

const join = (
  connection: WritableNeutronConnection,
  nodeUuid: string,
  { events = [] }: { readonly events?: MembershipEvent[] } = {},
) =>
  RingMembership.join({
    connection,
    nodeUuid,
    hostname: 'here',
    timings,
    onEvent: (event) => events.push(event),
  });

// Most of their time they wait for a beat: all engines at once.
describe('membership of the ring', { concurrency: engines.length }, () => {
  for (const engine of engines) {
    describe(`on ${engine}`, { concurrency: 1 }, () => {
      let connection: WritableNeutronConnection;
      before(async () => {
        connection = openWritable(await databases.load('zed', engine, ['ovn_hash_ring']));
      });
      after(() => connection[Symbol.asyncDispose]());
      beforeEach(() => connection.write((transaction) => transaction.change(sql`delete from ovn_hash_ring`)));

      it('lets each daemon know of the others, who joins and who leaves', async () => {
        const events: MembershipEvent[] = [];
        await using first = await join(connection, 'first', { events });
        assert.deepEqual(first.ring.nodes, ['first']);
        const second = await join(connection, 'second');
        assert.deepEqual(second.ring.nodes, ['first', 'second']);
        await until(() => first.ring.nodes.length === 2);
        await second[Symbol.asyncDispose]();
        await until(() => first.ring.nodes.length === 1);
        const changes = events.flatMap((event) => (event.kind === 'membership' ? [[event.joined, event.left]] : []));
        assert.deepEqual(changes, [
          [['second'], []],
          [[], ['second']],
        ]);
      });

      it('takes a daemon for dead that does not beat, and deletes its row long after', async () => {
        await using first = await join(connection, 'first');
        const second = await join(connection, 'second');
        await until(() => first.ring.nodes.length === 2);
        await second.die();
        const haveBeatenLast = (timeoutsAgo: number) => {
          const time = new Date(Date.now() - timeoutsAgo * timings.nodeTimeoutMs).toISOString();
          return connection.write((transaction) =>
            transaction.change(sql`update ovn_hash_ring set updated_at = ${sql.lit(time.slice(0, 19).replace('T', ' '))}
              where node_uuid = 'second'`),
          );
        };
        await haveBeatenLast(2);
        await until(() => first.ring.nodes.length === 1);
        const rows = async () => (await readRingGroup(connection, 'driftline')).nodes.map(({ nodeUuid }) => nodeUuid);
        assert.deepEqual(await rows(), ['first', 'second']);
        await haveBeatenLast(6);
        await until(async () => (await rows()).length === 1);
      });

      it("comes back after its row was deleted, and leaves Neutron's rows alone", async () => {
        await connection.write((transaction) =>
          transaction.change(sql`insert into ovn_hash_ring (node_uuid, group_name, hostname, created_at, updated_at)
          values ('old', ${NEUTRON_RING_GROUP}, 'api-1', '2020-01-01 00:00:00', '2020-01-01 00:00:00')`),
        );
        const neutronBefore = await readRingGroup(connection, NEUTRON_RING_GROUP);
        await using first = await join(connection, 'first');
        await connection.write((transaction) =>
          transaction.change(sql`delete from ovn_hash_ring where node_uuid = 'first'`),
        );
        await until(async () => (await readRingGroup(connection, 'driftline')).nodes.length === 1);
        assert.ok(first.owns('anything'));
        assert.deepEqual((await readRingGroup(connection, NEUTRON_RING_GROUP)).nodes, neutronBefore.nodes);
      });

      it("tells once what is amiss in Neutron's own ring", async () => {
        const addNode = (uuid: string, time: string) =>
          connection.write((transaction) =>
            transaction.change(sql`insert into ovn_hash_ring (node_uuid, group_name, hostname, created_at, updated_at)
            values (${uuid}, ${NEUTRON_RING_GROUP}, 'api-1', ${sql.raw(time)}, ${sql.raw(time)})`),
          );
        await addNode('stale', "'2020-01-01 00:00:00'");
        const events: MembershipEvent[] = [];
        await using _first = await RingMembership.join({
          connection,
          hostname: 'here',
          timings,
          neutronWorkers: 1,
          onEvent: (event) => events.push(event),
        });
        const found = () =>
          events.flatMap((event) => (event.kind === 'neutron-ring' ? [event.findings.map(({ kind }) => kind)] : []));
        await until(() => found().length === 1);
        await addNode('a', 'current_timestamp');
        await until(() => found().length === 2);
        await addNode('b', 'current_timestamp');
        await until(() => found().length === 3);
        assert.deepEqual(found(), [['empty', 'stale'], ['stale'], ['more-nodes-than-workers', 'stale']]);
      });
    });
  }
});

describe('the constants of the ring', () => {
  it('are those of the release', () => {
    assert.deepEqual(ringTimingsOf('2024.2'), {
      touchIntervalMs: 30_000,
      nodeTimeoutMs: 60_000,
      cacheLifetimeMs: 30_000,
    });
    assert.deepEqual(ringTimingsOf('2025.1'), {
      touchIntervalMs: 15_000,
      nodeTimeoutMs: 120_000,
      cacheLifetimeMs: 60_000,
    });
  });
});
