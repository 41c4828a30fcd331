import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { comparePictures } from '../campaigns/picture.ts';
import { configArguments } from '../golden/deployment.ts';
import { TaskBench } from './task-bench.ts';
import { regressToUssuri } from './ussuri.ts';

describe('a Northbound as Ussuri left it', () => {
  it('is brought to the shape of 2026.1 by one run of the migrations, and what is configured by the checks', async () => {
    await using bench = await TaskBench.open('2026.1');
    const { golden } = bench.bench;
    const run = async (...argv: readonly string[]) => {
      let out = '';
      const terminal = {
        out: (text: string) => {
          out += text;
        },
        err: (text: string) => {
          out += text;
        },
        isInteractive: false,
        ask: undefined,
      };
      const code = await main([...argv, ...configArguments(golden)], terminal, new AbortController().signal);
      return { code, out };
    };
    const left = async () => JSON.parse((await run('migrations', 'status', '-f', 'json')).out).left as number;
    const foreign = bench.foreignPicture();
    const original = bench.bench.picture();
    await regressToUssuri(bench);
    const regressed = comparePictures(original, bench.bench.picture());
    assert.ok(regressed.length > 150, `${regressed.length} cells and rows are another`);

    const before = await left();
    assert.ok(before > 15, `${before} migrations have something to do`);
    const ran = await run('migrations', 'run');
    assert.equal(ran.code, 0, ran.out);
    assert.equal(await left(), 0);

    // What is left is what the configuration says, and no migration's.
    const repaired = await run('tasks', 'run', 'check_for_inconsistencies');
    assert.equal(repaired.code, 0, repaired.out);
    assert.equal((await run('check', '--strict')).code, 0);
    await bench.bench.client.sync();
    assert.deepEqual(comparePictures(original, bench.bench.picture()), []);
    assert.deepEqual(bench.harmedSince(foreign), []);
    const idle = await run('migrations', 'run');
    assert.match(idle.out, /^(?:\w+: (?:done, 0 rows changed|skipped \(.*\))\n)+$/);
  });
});
