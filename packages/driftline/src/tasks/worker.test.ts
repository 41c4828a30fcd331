import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Attempt } from './attempt.ts';
import { FAILURE_LIMIT, type ScheduledTask, Scheduler } from './scheduler.ts';
import { FastClock } from './testing/fast-clock.ts';
import { TaskWorker, type WorkerEvent } from './worker.ts';

const task = (name: string, gate: 'lock' | 'none' = 'lock'): ScheduledTask => ({
  name,
  gate,
  spacingMs: 1000,
  runAtStart: true,
  recurs: false,
});
const never = new AbortController().signal;

/** A worker whose tasks run until they are told to stop. */
function startWorker(...tasks: readonly ScheduledTask[]) {
  const clock = new FastClock();
  const scheduler = new Scheduler(tasks, { nowMs: 0, random: () => 0 });
  const events: WorkerEvent[] = [];
  const started: string[] = [];
  const worker = new TaskWorker({
    scheduler,
    isLockHeld: true,
    clock,
    deadlineMs: 60_000,
    onEvent: (event) => events.push(event),
    attempt: async (name, signal): Promise<Attempt> => {
      started.push(name);
      await clock.sleep(10_000, signal);
      return signal.aborted ? { is: 'failed', changed: 0, cause: signal.reason } : { is: 'done', changed: 1 };
    },
  });
  return { clock, scheduler, events, started, worker };
}

describe('the worker', () => {
  it('stops at once what needs the lock when it is lost, and runs it again when it is gained', async () => {
    const { clock, events, started, worker } = startWorker(task('a'));
    const turn = worker.turn(never);
    await clock.runUntil(1000);
    worker.lockChanged(false);
    assert.equal(await turn, false);
    const [stopped] = events;
    assert.ok(stopped?.kind === 'task' && stopped.attempt.is === 'failed');
    assert.match(String(stopped.attempt.cause), /the maintenance lock was lost/);
    assert.equal(stopped.durationMs, 1000);
    assert.equal(await worker.turn(never), false);
    assert.equal(worker.nextDueAtMs(), undefined);
    worker.lockChanged(true);
    const again = worker.turn(never);
    await clock.runUntil(20_000);
    assert.equal(await again, true);
    assert.deepEqual(started, ['a', 'a']);
  });

  it('lets go on what needs no lock', async () => {
    const { clock, events, worker } = startWorker(task('open', 'none'));
    const turn = worker.turn(never);
    await clock.runUntil(1000);
    worker.lockChanged(false);
    await clock.runUntil(20_000);
    assert.equal(await turn, true);
    assert.ok(events[0]?.kind === 'task' && events[0].attempt.is === 'done');
  });

  it('runs one at a time', async () => {
    const { clock, started, worker } = startWorker(task('a'), task('b'));
    const turn = worker.turn(never);
    await clock.runUntil(9000);
    assert.deepEqual(started, ['a']);
    await clock.runUntil(30_000);
    await turn;
    assert.deepEqual(started, ['a', 'b']);
  });

  it('tells when a task threw too often in a row to have another turn', async () => {
    const clock = new FastClock();
    const scheduler = new Scheduler([task('a')], { nowMs: 0, random: () => 0 });
    const given: boolean[] = [];
    const worker = new TaskWorker({
      scheduler,
      isLockHeld: true,
      clock,
      deadlineMs: 60_000,
      onEvent: (event) => given.push(event.kind === 'task' && event.isGivenUp),
      attempt: async () => ({ is: 'failed', changed: 0, cause: new Error('no') }),
    });
    for (let dueAtMs = worker.nextDueAtMs(); dueAtMs !== undefined; dueAtMs = worker.nextDueAtMs()) {
      await clock.runUntil(dueAtMs);
      await worker.turn(never);
    }
    assert.equal(given.length, FAILURE_LIMIT);
    assert.equal(given.indexOf(true), FAILURE_LIMIT - 1);
  });

  it('ends when it is told to, and takes nothing more', async () => {
    const { clock, started, worker } = startWorker(task('a'), task('b'));
    const stop = new AbortController();
    const turn = worker.turn(stop.signal);
    await clock.runUntil(1000);
    stop.abort();
    await turn;
    assert.deepEqual(started, ['a']);
  });
});
