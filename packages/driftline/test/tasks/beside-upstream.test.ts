import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { RING_GROUP } from '../../src/events/ring-membership.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { beat, NEUTRON_RING_GROUP } from '../../src/neutron/hash-ring.ts';
import { whyOf } from '../../src/tasks/attempt.ts';
import { CASES, type UpstreamCase } from './beside-upstream/cases.ts';
import { DELETIONS } from './beside-upstream/deletions.ts';
import { INCONSISTENCIES, NEWER_IN_OVN } from './beside-upstream/inconsistencies.ts';
import { type Ends, Pair } from './beside-upstream/pair.ts';

/** Every case among rows of other owners too, not only those in which upstream's harms one. */
const isWhole = process.env.UPSTREAM_TASKS === 'all';

const ALL: readonly UpstreamCase[] = [...CASES, ...INCONSISTENCIES, ...DELETIONS];

describe("the tasks beside Neutron's own, in Zed", () => {
  let pair: Pair;
  before(async () => {
    pair = await Pair.open('zed');
  });
  after(() => pair[Symbol.asyncDispose]());

  for (const each of ALL) {
    it(`${each.task}, from ${each.from}: both end alike${describeDifferences(each)}`, async () => {
      const ends = await pair.run(each.task, each);
      assertDone(ends);
      assert.equal(ends.theirs[0].ended, each.task === 'check_for_inconsistencies' ? 'returned' : 'never again');
      const expected = each.differs ?? [];
      assert.deepEqual(
        ends.differences.filter((difference) => !expected.some(({ where }) => where.test(difference))),
        [],
      );
      for (const { where, because } of expected) {
        assert.ok(
          ends.differences.some((difference) => where.test(difference)),
          `it is no more that it ${because}`,
        );
      }
      const restless = each.neverRests?.tables ?? [];
      assert.deepEqual(
        ends.touchedAgain.filter((table) => !restless.includes(table)),
        [],
      );
    });
  }

  for (const each of ALL.filter(({ amongForeign }) => isWhole || amongForeign !== undefined)) {
    const { because, harms = [], raises } = each.amongForeign ?? {};
    it(`${each.task}, from ${each.from}: ours leaves rows of other owners alone${because === undefined ? ', as theirs does' : `; theirs ${because}`}`, async () => {
      const ends = await pair.run(each.task, each, { amongForeign: true });
      assertDone(ends);
      assert.deepEqual(ends.harmed.ours, []);
      assert.equal(ends.harmed.theirs.length, harms.length, ends.harmed.theirs.join('\n'));
      for (const [at, harm] of harms.entries()) assert.match(ends.harmed.theirs[at] ?? '', harm);
      if (raises === undefined) assert.equal(ends.theirs[0].why, null);
      else assert.match(ends.theirs[0].why ?? '', raises);
    });
  }

  it('check_for_inconsistencies, from a port of which OVN holds more than Neutron knows: neither lowers it; theirs fails on it each time, ours says so', async () => {
    const { theirs, ours, differences } = await pair.run('check_for_inconsistencies', NEWER_IN_OVN);
    assert.deepEqual(
      differences.filter((difference) => !difference.startsWith('SQL')),
      [],
    );
    assert.deepEqual([theirs[0].ended, ...ours.map(({ is }) => is)], ['returned', 'observed', 'observed']);
    assert.match(whyOf(ours[0]) ?? '', /has revision 99, Neutron 5/);
    assert.match(pair.upstream.log(), /Failed to fix resource .*RevisionConflict/);
  });

  it('touch_hash_ring_nodes: theirs says that each node of its host lives, ours that its own does, in another group', async () => {
    const { host } = pair.upstream;
    const nodes = [
      ['theirs-1', NEUTRON_RING_GROUP, host],
      ['theirs-2', NEUTRON_RING_GROUP, host],
      ['elsewhere', NEUTRON_RING_GROUP, 'another-host'],
      ['ours', RING_GROUP, host],
    ].map((cells) => `('${cells.join("', '")}', '2026-01-01', '2026-01-01')`);
    const { theirs } = pair;
    const touched = async () =>
      (await theirs.sql.query("SELECT node_uuid FROM ovn_hash_ring WHERE updated_at > '2026-01-02' ORDER BY 1"))
        .trim()
        .split('\n');
    await theirs.sql.query('DELETE FROM ovn_hash_ring');
    await theirs.sql.query(
      `INSERT INTO ovn_hash_ring (node_uuid, group_name, hostname, created_at, updated_at) VALUES ${nodes.join(', ')}`,
    );
    assert.equal((await pair.upstream.run('touch_hash_ring_nodes')).ended, 'returned');
    assert.deepEqual(await touched(), ['theirs-1', 'theirs-2']);
    await theirs.sql.query("UPDATE ovn_hash_ring SET updated_at = '2026-01-01'");
    await using connection = openWritable(parseDatabaseUrl(theirs.golden.databaseUrl));
    await beat(connection, { nodeUuid: 'ours', groupName: RING_GROUP, hostname: host });
    assert.deepEqual(await touched(), ['ours']);
  });

  it('are all that Zed has', () => {
    const compared = new Set([...ALL.map(({ task }) => task), 'touch_hash_ring_nodes']);
    assert.deepEqual([...pair.upstream.tasks], [...compared].sort());
  });
});

function describeDifferences({ differs = [] }: UpstreamCase): string {
  return differs.length === 0 ? '' : `, but that theirs ${differs.map(({ because }) => because).join(', and ')}`;
}

/** Ours got there from somewhere else, and then has nothing to do any more. */
function assertDone({ ours: [first, second] }: Ends): void {
  assert.equal(first.is, 'done', whyOf(first));
  assert.ok('changed' in first && first.changed > 0, 'the state is another than the end');
  assert.deepEqual(second, { is: 'done', changed: 0 }, 'a second run finds nothing to do');
}
