import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAILURE_LIMIT, MOST_BACK_OFF_MS, type ScheduledTask, Scheduler } from './scheduler.ts';

const task = (name: string, more: Partial<ScheduledTask> = {}): ScheduledTask => ({
  name,
  gate: 'lock',
  spacingMs: 1000,
  runAtStart: true,
  recurs: false,
  ...more,
});
const steady = { nowMs: 0, random: () => 0 };

describe('the scheduler', () => {
  it('runs once what is to run once, and again when the configuration changed or the lock was gained', () => {
    const scheduler = new Scheduler([task('a')], steady);
    assert.equal(scheduler.take(0, true), 'a');
    scheduler.ended('a', 'done', 10);
    assert.equal(scheduler.take(1e9, true), undefined);
    assert.equal(scheduler.nextDueAtMs(true), undefined);
    scheduler.again(2e9);
    assert.equal(scheduler.take(2e9, true), 'a');
    scheduler.ended('a', 'skipped', 2e9);
    assert.equal(scheduler.stateOf('a'), 'settled');
    scheduler.lockGained(3e9);
    assert.equal(scheduler.take(3e9, true), 'a');
  });

  it('does not run what the ledger knows to be done, unless it recurs', () => {
    const known = { ...steady, isSettled: () => true };
    const scheduler = new Scheduler([task('once'), task('ever', { recurs: true })], known);
    assert.equal(scheduler.take(0, true), 'ever');
    assert.equal(scheduler.take(0, true), undefined);
  });

  it('starts a recurring task its spacing after the last start, with jitter on top', () => {
    const scheduler = new Scheduler([task('a', { recurs: true })], { nowMs: 0, random: () => 0.5 });
    const first = scheduler.nextDueAtMs(true) ?? 0;
    assert.equal(scheduler.take(first, true), 'a');
    scheduler.ended('a', 'done', first + 300);
    assert.equal(scheduler.nextDueAtMs(true), first + 1050);
  });

  it('waits one spacing before the first run of what does not run at start', () => {
    const scheduler = new Scheduler([task('a', { runAtStart: false })], steady);
    assert.equal(scheduler.take(999, true), undefined);
    assert.equal(scheduler.take(1000, true), 'a');
  });

  it('gives the turn to who has waited longest', () => {
    const scheduler = new Scheduler(
      [task('busy', { recurs: true, spacingMs: 0 }), task('patient', { runAtStart: false, spacingMs: 100 })],
      steady,
    );
    scheduler.take(0, true);
    scheduler.ended('busy', 'done', 150);
    assert.equal(scheduler.take(150, true), 'patient');
    assert.equal(scheduler.take(150, true), 'busy');
  });

  it('runs at start, and when the lock is gained, in the order of the list', () => {
    const names = ['c', 'a', 'b'];
    const scheduler = new Scheduler(
      names.map((name) => task(name)),
      { nowMs: 0, random: () => 0.9 },
    );
    const runAll = (nowMs: number): readonly (string | undefined)[] =>
      names.map(() => {
        const name = scheduler.take(nowMs, true);
        if (name !== undefined) scheduler.ended(name, 'done', nowMs);
        return name;
      });
    assert.deepEqual(runAll(10_000), names);
    scheduler.lockGained(20_000);
    assert.deepEqual(runAll(20_000), names);
  });

  it('without the lock takes only what needs none, and what was passed over is due when it is gained', () => {
    const scheduler = new Scheduler([task('gated'), task('open', { gate: 'none' })], steady);
    assert.equal(scheduler.take(5000, false), 'open');
    assert.equal(scheduler.take(5000, false), undefined);
    assert.equal(scheduler.nextDueAtMs(false), undefined);
    assert.equal(scheduler.take(5000, true), 'gated');
  });

  it('doubles the distance with each failure in a row up to an hour, and gives up after the last', () => {
    const scheduler = new Scheduler([task('a', { spacingMs: 5000 })], steady);
    const distances: number[] = [];
    let nowMs = 0;
    for (let run = 0; run < FAILURE_LIMIT; run++) {
      assert.equal(scheduler.take(nowMs, true), 'a');
      scheduler.ended('a', 'failed', nowMs);
      const next = scheduler.nextDueAtMs(true);
      if (next === undefined) break;
      distances.push(next - nowMs);
      nowMs = next;
    }
    assert.deepEqual(distances.slice(0, 4), [5000, 10_000, 20_000, 40_000]);
    assert.equal(Math.max(...distances), MOST_BACK_OFF_MS);
    assert.equal(distances.length, FAILURE_LIMIT - 1);
    assert.equal(scheduler.stateOf('a'), 'exhausted');
    scheduler.again(nowMs);
    assert.equal(scheduler.take(nowMs, true), 'a');
  });

  it('forgets failures after a run that did not throw', () => {
    const scheduler = new Scheduler([task('a')], steady);
    let nowMs = 0;
    for (const how of ['failed', 'failed', 'pending', 'failed'] as const) {
      scheduler.take(nowMs, true);
      scheduler.ended('a', how, nowMs);
      nowMs = scheduler.nextDueAtMs(true) ?? assert.fail('it has another turn');
    }
    assert.equal(nowMs, 1000 + 2000 + 1000 + 1000);
  });

  it('runs a task once more when what it was done for changed while it ran', () => {
    const scheduler = new Scheduler([task('a')], steady);
    scheduler.take(0, true);
    scheduler.again(5);
    assert.equal(scheduler.take(5, true), undefined);
    scheduler.ended('a', 'done', 10);
    assert.equal(scheduler.take(10, true), 'a');
  });
});
