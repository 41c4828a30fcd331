import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Bench } from '../campaigns/bench.ts';
import { runCampaign } from '../campaigns/campaign.ts';
import { LEFT_ALONE, NEUTRON_COLUMNS, RUN_TIME_COLUMNS } from '../campaigns/columns.ts';
import { FREE_CHOICES } from '../campaigns/free-choices.ts';
import { mutableTables } from '../campaigns/mutate.ts';
import { World } from '../campaigns/world.ts';
import type { GoldenRelease } from '../lab/golden.ts';

/** A sample of what `npm run campaign:mutations` does by the thousand. */
const samples: readonly { release: GoldenRelease; count: number; together: number }[] = [
  { release: '2026.1', count: 150, together: 1 },
  { release: '2026.1', count: 100, together: 100 },
  { release: 'zed', count: 60, together: 1 },
  { release: '2026.2-dev', count: 60, together: 1 },
];

describe('nothing is missed', () => {
  for (const sample of samples) {
    const { release, count, together } = sample;
    const how = together === 1 ? 'one by one' : 'all at once';
    it(`on ${release}, check sees ${count} mutations ${how}, and repair undoes them beside foreign rows`, async () => {
      const report = await runCampaign({ ...sample, seed: 20_261_122 });
      assert.deepEqual(report.misses, []);
      // A row as old as the deployment may look like one from before the release: told, but apart.
      assert.ok(report.asHistory.length < count / 20, report.asHistory.join('\n'));
      assert.deepEqual([...report.counts.keys()].sort(), await tablesOf(release), 'every table was mutated');
    });
  }

  it('every column of a table that Neutron writes is mutated or left alone for a reason', async () => {
    await using bench = await Bench.open('2026.1', { withForeignRows: false });
    for (const [table, { columns }] of bench.client.schema.tables) {
      const written = NEUTRON_COLUMNS[table];
      if (written === undefined) continue;
      for (const column of columns.keys()) {
        const lists: (readonly string[])[] = [written, LEFT_ALONE[table] ?? [], RUN_TIME_COLUMNS[table] ?? []];
        assert.equal(lists.filter((list) => list.includes(column)).length, 1, `${table}.${column} is in one list`);
      }
    }
  });

  it('every free choice names its proof in the source, once', () => {
    const names = FREE_CHOICES.map(({ table, column, key, releases, where }) =>
      JSON.stringify([table, column, key, releases, where?.toString()]),
    );
    assert.equal(new Set(names).size, names.length);
    for (const { source } of FREE_CHOICES) assert.match(source, /\.(py|c)\b|\b[0-9a-f]{10}\b/);
  });
});

async function tablesOf(release: GoldenRelease): Promise<readonly string[]> {
  await using bench = await Bench.open(release);
  return mutableTables(new World(bench.view(), bench.foreign, new Set())).toSorted();
}
