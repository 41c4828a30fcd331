import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Operation } from '@driftline/ovsdb';
import { whyOf } from '../../src/tasks/attempt.ts';
import type { GoldenRelease } from '../lab/golden.ts';
import { TaskBench } from './task-bench.ts';

/** From the state that made upstream write a task to the one in which upstream's leaves it. */
export interface TaskCase {
  readonly task: string;
  /** A claim about the end, for the test's name. */
  readonly claim: string;
  /** Upstream's, with the release whose source it was read from. */
  readonly source: string;
  /** Those of a command line. */
  readonly flags?: readonly string[];
  /** Makes the state: by SQL itself, and by these operations in the Northbound. */
  readonly state?: (bench: TaskBench) => readonly Operation[];
  /** The cells that the task is about. */
  readonly cells: (bench: TaskBench) => unknown;
  /** What they end as; absent: as in the golden deployment, in which upstream's own task has run. */
  readonly end?: unknown;
  /** Takes back what the state did to SQL. */
  readonly undo?: (bench: TaskBench) => void;
}

export function runCases(release: GoldenRelease, cases: readonly TaskCase[]): void {
  describe(`on ${release}`, () => {
    let bench: TaskBench;
    before(async () => {
      bench = await TaskBench.open(release);
    });
    after(() => bench[Symbol.asyncDispose]());

    for (const { task, claim, flags, state, cells, end, undo } of cases) {
      it(`${task}: ${claim}`, async () => {
        const foreign = bench.foreignPicture();
        const written = cells(bench);
        await bench.change(state?.(bench) ?? []);
        const broken = cells(bench);
        const wanted = end ?? written;
        assert.notDeepEqual(broken, wanted, 'the state is another than the end');
        const [first, second] = await bench.runTwice(task, flags);
        assert.equal(first.is, 'done', whyOf(first));
        assert.deepEqual(cells(bench), wanted);
        assert.ok('changed' in first && first.changed > 0);
        assert.deepEqual(second, { is: 'done', changed: 0 }, 'a second run finds nothing to do');
        assert.deepEqual(bench.harmedSince(foreign), [], 'nothing of other owners was touched');
        undo?.(bench);
        await bench.mend();
      });
    }
  });
}
