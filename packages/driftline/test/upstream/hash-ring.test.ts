/** Upstream's tests of its hash ring, with upstream's own keys and nodes. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { HashRing } from '../../src/events/hash-ring.ts';
import { type MembershipOptions, RING_GROUP, RingMembership } from '../../src/events/ring-membership.ts';
import { openWritable, type WritableNeutronConnection } from '../../src/neutron/connect.ts';
import { leaveRing, NEUTRON_RING_GROUP, readRingGroup, removeDeadNodes } from '../../src/neutron/hash-ring.ts';
import { type Golden, openGolden } from '../lab/golden.ts';

describe("the ring of upstream's tests", () => {
  const owners = (...nodes: readonly string[]) =>
    ['fake-uuid', 'fake-uuid-0', 'fake-uuid-ABCDE'].map((key) => new HashRing(nodes).ownerOf(key));

  it('gives their keys to the nodes that they expect', () => {
    assert.deepEqual(owners('node-1', 'node-2').slice(0, 2), ['node-1', 'node-2']);
    assert.deepEqual(owners('node-1', 'node-2', 'another-host'), ['node-1', 'node-2', 'another-host']);
  });

  it('gives all keys to the node that is left, and each back when the others return', () => {
    assert.deepEqual(owners('another-host'), ['another-host', 'another-host', 'another-host']);
    assert.deepEqual(owners('another-host', 'node-2', 'node-1'), ['node-1', 'node-2', 'another-host']);
  });
});

describe('the table of the ring', () => {
  let golden: Golden;
  let sqlite: DatabaseSync;
  let connection: WritableNeutronConnection;
  before(async () => {
    golden = await openGolden('2026.1');
    sqlite = new DatabaseSync(golden.databaseUrl.replace('sqlite:///', ''));
    connection = openWritable(parseDatabaseUrl(golden.databaseUrl));
  });
  after(async () => {
    await connection[Symbol.asyncDispose]();
    sqlite.close();
    await golden[Symbol.asyncDispose]();
  });

  const nodes = () =>
    sqlite
      .prepare('SELECT group_name, node_uuid, updated_at FROM ovn_hash_ring ORDER BY 1, 2')
      .all()
      .map((row) => ({ name: `${row.group_name} ${row.node_uuid}`, touched: String(row.updated_at) }));
  const names = () => nodes().map(({ name }) => name);
  const add = (group: string, uuid: string, age: string) =>
    sqlite
      .prepare("INSERT INTO ovn_hash_ring VALUES (?, ?, 'api-1', datetime('now', ?), datetime('now', ?))")
      .run(uuid, group, age, age);

  /** A living and a dead node of each group, on one host. */
  beforeEach(() => {
    sqlite.exec('DELETE FROM ovn_hash_ring');
    for (const group of [RING_GROUP, NEUTRON_RING_GROUP]) {
      add(group, 'living', '-10 seconds');
      add(group, 'dead', '-6 days');
    }
  });

  const join = (more: Partial<MembershipOptions> = {}) =>
    RingMembership.join({
      connection,
      nodeUuid: 'ours',
      hostname: 'api-1',
      timings: { touchIntervalMs: 3_600_000, nodeTimeoutMs: 120_000, cacheLifetimeMs: 60_000 },
      onEvent: () => {},
      ...more,
    });

  it('has one more node for each daemon, and only those of its group that live are on its ring', async () => {
    await using membership = await join();
    assert.deepEqual(membership.ring.nodes, ['living', 'ours']);
    assert.deepEqual(
      names().filter((name) => name.startsWith(NEUTRON_RING_GROUP)),
      [`${NEUTRON_RING_GROUP} dead`, `${NEUTRON_RING_GROUP} living`],
    );
  });

  it('is touched for the own node alone, be others on the same host or of the other group', async () => {
    add(RING_GROUP, 'ours', '-1 minute');
    const before = nodes();
    await using membership = await join();
    assert.ok(membership.owns('anything') || membership.ring.ownerOf('anything') === 'living');
    const changed = nodes().filter(({ name, touched }) =>
      before.some((old) => old.name === name && old.touched !== touched),
    );
    assert.deepEqual(
      changed.map(({ name }) => name),
      [`${RING_GROUP} ours`],
    );
  });

  it('loses the own node of its group alone when a daemon ends, not those of the same host', async () => {
    const membership = await join();
    add(NEUTRON_RING_GROUP, 'ours', '-1 second');
    await membership[Symbol.asyncDispose]();
    assert.ok(names().includes(`${RING_GROUP} living`));
    assert.ok(names().includes(`${NEUTRON_RING_GROUP} ours`));
    assert.equal(names().includes(`${RING_GROUP} ours`), false);
    await leaveRing(connection, { nodeUuid: 'nobody', groupName: RING_GROUP });
    assert.equal(names().filter((name) => name.startsWith(RING_GROUP)).length, 1);
  });

  it('is cleaned of what is dead for long, in one group alone', async () => {
    assert.equal(await removeDeadNodes(connection, RING_GROUP, 5 * 86_400_000), 1);
    assert.deepEqual(names(), [`${RING_GROUP} living`, `${NEUTRON_RING_GROUP} dead`, `${NEUTRON_RING_GROUP} living`]);
    assert.deepEqual(
      (await readRingGroup(connection, RING_GROUP)).nodes.map(({ nodeUuid }) => nodeUuid),
      ['living'],
    );
  });

  it('leaves the last ring in use while it cannot be touched, so that events go on', async () => {
    const troubles: string[] = [];
    await using membership = await join({
      timings: { touchIntervalMs: 20, nodeTimeoutMs: 120_000, cacheLifetimeMs: 20 },
      onEvent: (event) => {
        if (event.kind === 'trouble') troubles.push(event.what);
      },
    });
    const { nodes: known } = membership.ring;
    sqlite.exec("CREATE TRIGGER refuse BEFORE UPDATE ON ovn_hash_ring BEGIN SELECT RAISE(ABORT, 'no room'); END");
    try {
      while (troubles.length === 0) await sleep(10);
      assert.deepEqual(membership.ring.nodes, known);
      assert.match(troubles[0] ?? '', /no room/);
    } finally {
      sqlite.exec('DROP TRIGGER refuse');
    }
  });
});
