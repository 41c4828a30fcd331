import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Operation, op } from '@driftline/ovsdb';
import { Bench } from '../campaigns/bench.ts';
import { RUN_TIME_KEYS } from '../campaigns/columns.ts';
import { comparePictures } from '../campaigns/picture.ts';
import type { GoldenRelease } from '../lab/golden.ts';

const releases: readonly GoldenRelease[] = ['zed', '2026.1', '2026.2-dev'];

/** All rows, as if the database were new and ovn-northd had just made its one row of NB_Global. */
async function empty(bench: Bench): Promise<void> {
  const view = bench.view();
  const operations: Operation[] = [];
  for (const table of view.tables) {
    if (table === 'NB_Global') continue;
    for (const { _uuid } of view.rows(table)) operations.push(op.delete(table, _uuid));
  }
  for (const global of view.rows('NB_Global')) {
    for (const column of ['options', 'external_ids']) {
      const keys = [...(global[column] as ReadonlyMap<string, string>).keys()];
      const ofNeutron = keys.filter((key) => !RUN_TIME_KEYS.has(`NB_Global.${column}:${key}`));
      operations.push(op.mutate('NB_Global', global._uuid, [[column, 'delete', ofNeutron]]));
    }
  }
  await bench.client.transact(operations);
  assert.deepEqual([...bench.picture().keys()], ['NB_Global .']);
}

describe('from nothing', () => {
  for (const release of releases) {
    it(`an emptied Northbound of ${release} is rebuilt in one repair, to the same picture`, async () => {
      await using bench = await Bench.open(release, { withForeignRows: false });
      const original = bench.picture();
      await empty(bench);
      const verdict = await bench.check();
      const outcomes = await bench.mend(verdict);
      assert.deepEqual(
        outcomes.filter(({ is }) => is !== 'applied'),
        [],
      );
      assert.deepEqual(comparePictures(original, bench.picture()), []);
      const { drift, backfill } = await bench.check();
      assert.deepEqual({ drift, backfill }, { drift: [], backfill: [] });
    });
  }
});
