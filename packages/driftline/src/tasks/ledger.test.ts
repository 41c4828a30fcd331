import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findTask } from './catalogue/catalogue.ts';
import { isEnabled, Ledger, type LedgerLine } from './ledger.ts';

const line = (more: Partial<LedgerLine> = {}): LedgerLine => ({
  task: 'a',
  state: 'done',
  why: undefined,
  startedAtMs: 1,
  endedAtMs: 2,
  changed: 0,
  version: '1',
  fingerprint: 'f',
  details: [],
  ...more,
});

describe('the ledger', () => {
  it('keeps what was written across a restart, for each pair of databases apart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'driftline-ledger-'));
    try {
      const file = join(folder, 'state', 'tasks.db');
      const written = line({ changed: 3, details: ['row x: y'], why: 'because' });
      {
        using ledger = new Ledger(file, 'one');
        ledger.write(written);
        ledger.enable('b', false);
      }
      using again = new Ledger(file, 'one');
      assert.deepEqual(again.read('a'), written);
      assert.equal(again.isEnabled('b'), false);
      using other = new Ledger(file, 'two');
      assert.equal(other.read('a'), undefined);
      assert.equal(other.isEnabled('b'), undefined);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is read without being made, and without a way to write', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'driftline-ledger-'));
    try {
      const file = join(folder, 'state', 'tasks.db');
      {
        using none = new Ledger(file, 'one', 'read');
        assert.deepEqual(
          [none.read('a'), none.history(9), none.failures('a'), none.isEnabled('a')],
          [undefined, [], 0, undefined],
        );
        assert.throws(() => none.enable('a', true), /readonly/);
        assert.deepEqual(await readdir(folder), []);
      }
      using daemon = new Ledger(file, 'one');
      daemon.write(line());
      const before = await readFile(file);
      {
        using reading = new Ledger(file, 'one', 'read');
        assert.deepEqual(reading.read('a'), line());
        assert.throws(() => reading.write(line()), /readonly/);
      }
      assert.deepEqual(await readdir(join(folder, 'state')), ['tasks.db'], 'nothing beside it is needed or left');
      assert.ok(before.equals(await readFile(file)));
      await writeFile(
        join(folder, 'other'),
        'no database at all, but long enough to be taken for the head of one'.repeat(9),
      );
      assert.throws(() => new Ledger(join(folder, 'other'), 'one'), {
        name: 'LedgerError',
        path: join(folder, 'other'),
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('tells the last run of a task, and all runs with the newest first', () => {
    using ledger = new Ledger(':memory:', 'one');
    ledger.write(line({ state: 'failed', why: 'no' }));
    ledger.write(line({ task: 'b' }));
    ledger.write(line({ state: 'done', changed: 1 }));
    assert.equal(ledger.read('a')?.state, 'done');
    assert.deepEqual(
      ledger.history(10).map(({ task, state }) => `${task} ${state}`),
      ['a done', 'b done', 'a failed'],
    );
    assert.equal(ledger.history(10, 'a').length, 2);
    assert.equal(ledger.history(1).length, 1);
  });

  it('counts failures in a row', () => {
    using ledger = new Ledger(':memory:', 'one');
    assert.equal(ledger.failures('a'), 0);
    for (const state of ['failed', 'done', 'failed', 'failed'] as const) ledger.write(line({ state }));
    assert.equal(ledger.failures('a'), 2);
    ledger.write(line());
    assert.equal(ledger.failures('a'), 0);
  });

  it('forgets old runs that did nothing, and none that changed something', () => {
    using ledger = new Ledger(':memory:', 'one');
    ledger.write(line({ changed: 7 }));
    for (let run = 0; run < 300; run++) ledger.write(line({ startedAtMs: run }));
    const kept = ledger.history(1000);
    assert.equal(kept.length, 201);
    assert.equal(kept.at(-1)?.changed, 7);
  });

  it("knows a person's word, and else whether a task is on by itself", () => {
    using ledger = new Ledger(':memory:', 'one');
    const task = (name: string) => findTask(name) ?? assert.fail(`there is no task ${name}`);
    const dangerous = task('remove_duplicated_chassis_registers');
    assert.deepEqual([isEnabled(dangerous, ledger), isEnabled(task('update_ha_failover'), ledger)], [false, true]);
    ledger.enable(dangerous.name, true);
    ledger.enable('update_ha_failover', false);
    assert.deepEqual([isEnabled(dangerous, ledger), isEnabled(task('update_ha_failover'), ledger)], [true, false]);
    ledger.enable('touch_hash_ring_node', true);
    assert.equal(isEnabled(task('touch_hash_ring_node'), ledger), false, 'it is not run here whatever is said');
  });
});
