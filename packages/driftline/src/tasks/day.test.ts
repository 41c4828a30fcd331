import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Attempt } from './attempt.ts';
import { TASKS } from './catalogue/catalogue.ts';
import { FAILURE_LIMIT, JITTER_SHARE, Scheduler, START_SPREAD_MS } from './scheduler.ts';
import { FastClock, seededRandom } from './testing/fast-clock.ts';
import { TaskWorker, type WorkerEvent } from './worker.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEADLINE_MS = 30_000;

/** Hours at which things happen. */
const LOCK_LOST = 6;
const LOCK_GAINED = 8;
const CONFIGURED = 12;

/** How these behave; the others are done within two seconds. */
const FAILS = 'check_global_dhcp_opts';
const HANGS = 'check_localnet_port_has_learn_fdb';
const OVERDUE = 'update_mac_aging_settings';
const TAKES_THREE_TURNS = 'set_network_type_and_physnet';

describe('a day of every task, on a fast clock', () => {
  const starts = new Map<string, number[]>(TASKS.map(({ name }) => [name, []]));
  const startsOf = (name: string): readonly number[] => starts.get(name) ?? assert.fail(`there is no task ${name}`);
  const events: WorkerEvent[] = [];
  let endedOnAbort = 0;

  before(async () => {
    const clock = new FastClock();
    const random = seededRandom(7);
    const scheduler = new Scheduler(TASKS, { nowMs: 0, random });
    const never = new AbortController().signal;
    const attempt = async (name: string, signal: AbortSignal): Promise<Attempt> => {
      const own = starts.get(name) ?? [];
      own.push(clock.nowMs());
      if (name === HANGS) return new Promise(() => {});
      if (name === OVERDUE) {
        await clock.sleep(DAY_MS, signal);
        endedOnAbort++;
        return { is: 'failed', changed: 0, cause: signal.reason };
      }
      await clock.sleep(random() * 2000, never);
      if (name === FAILS) return { is: 'failed', changed: 0, cause: new Error('no such row') };
      const isLeft = name === TAKES_THREE_TURNS && own.length < 3;
      return isLeft ? { is: 'pending', changed: 1, why: 'stale' } : { is: 'done', changed: 0 };
    };
    const worker = new TaskWorker({
      scheduler,
      isLockHeld: true,
      clock,
      attempt,
      deadlineMs: DEADLINE_MS,
      onEvent: (event) => events.push(event),
    });
    const stop = new AbortController();
    const wake = { signal: new AbortController() };
    const at = async (hour: number, happen: () => void): Promise<void> => {
      await clock.sleep(hour * HOUR_MS, stop.signal);
      happen();
      wake.signal.abort();
    };
    void at(LOCK_LOST, () => worker.lockChanged(false));
    void at(LOCK_GAINED, () => worker.lockChanged(true));
    void at(CONFIGURED, () => scheduler.again(clock.nowMs()));
    const running = (async () => {
      while (!stop.signal.aborted) {
        await worker.turn(stop.signal);
        wake.signal = new AbortController();
        const next = worker.nextDueAtMs();
        const any = AbortSignal.any([stop.signal, wake.signal.signal]);
        await clock.sleep(next === undefined ? DAY_MS : next - clock.nowMs(), any);
      }
    })();
    await clock.runUntil(DAY_MS);
    stop.abort();
    await clock.runUntil(DAY_MS);
    await running;
  });

  it('every task has its first turn within the spread at start and the turns of the others', () => {
    for (const [name, times] of starts) {
      const first = times[0] ?? assert.fail(`${name} never ran`);
      assert.ok(first <= START_SPREAD_MS + TASKS.length * 2000 + 2 * (DEADLINE_MS + 1000), `${name} at ${first} ms`);
    }
  });

  it('a run-once task runs at start, when the lock is gained, and when the configuration changed: no more', () => {
    const odd = new Set([FAILS, HANGS, OVERDUE, TAKES_THREE_TURNS]);
    for (const { name, recurs } of TASKS) {
      if (recurs || odd.has(name)) continue;
      // The lock is gained at the start too: at the latest by then it was due already.
      const hours = startsOf(name).map((atMs) => Math.floor(atMs / HOUR_MS));
      assert.deepEqual(hours, [0, LOCK_GAINED, CONFIGURED], name);
    }
    assert.equal(startsOf(TAKES_THREE_TURNS).length, 5, 'until nothing is left, and then as the others');
  });

  it('two starts of a recurring task are its spacing apart, and with jitter hardly more', () => {
    const touches = startsOf('touch_hash_ring_node');
    const gaps = touches.slice(1).map((atMs, at) => atMs - (touches[at] ?? 0));
    const calm = gaps.filter((_, at) => (touches[at] ?? 0) > HOUR_MS && (touches[at] ?? 0) < LOCK_LOST * HOUR_MS);
    assert.ok(calm.every((gap) => gap >= 15_000));
    assert.ok(
      calm.every((gap) => gap <= 15_000 * (1 + JITTER_SHARE) + 4000 + DEADLINE_MS + 1000),
      String(Math.max(...calm)),
    );
    const mean = calm.reduce((sum, gap) => sum + gap, 0) / calm.length;
    assert.ok(mean > 15_000 && mean < 15_000 * (1 + JITTER_SHARE) + 1000, `${mean} ms`);
    assert.ok(startsOf('check_for_inconsistencies').length > 22 * 10, 'every five minutes while the lock is held');
    assert.deepEqual(
      startsOf('cleanup_old_hash_ring_nodes').map((atMs) => Math.floor(atMs / HOUR_MS)),
      [0, LOCK_GAINED, CONFIGURED],
    );
  });

  it('nothing behind the lock starts without it, and what needs none goes on', () => {
    const isWithout = (atMs: number): boolean => atMs > LOCK_LOST * HOUR_MS && atMs < LOCK_GAINED * HOUR_MS;
    for (const { name, gate } of TASKS) {
      const times = startsOf(name).filter(isWithout);
      if (gate === 'lock') assert.deepEqual(times, [], name);
      else assert.ok(times.length > 400, `${name}: ${times.length} times`);
    }
  });

  it('a task that throws is tried again with growing distance, counted and told with its cause', () => {
    const times = startsOf(FAILS);
    assert.ok(times.length > 10 && times.length < FAILURE_LIMIT, `${times.length} times`);
    const told = events.filter((event) => event.kind === 'task' && event.name === FAILS);
    assert.equal(told.length, times.length);
    for (const event of told) {
      assert.ok(event.kind === 'task' && event.attempt.is === 'failed' && event.attempt.cause instanceof Error);
      assert.equal(event.attempt.cause.message, 'no such row');
    }
  });

  it('a task that hangs loses its turn at the deadline, is told, and does not run twice at once', () => {
    assert.equal(startsOf(HANGS).length, 1);
    assert.equal(events.filter(({ kind, name }) => kind === 'task-stuck' && name === HANGS).length, 1);
  });

  it('a task that is late is told to stop, and stops', () => {
    const times = startsOf(OVERDUE);
    assert.ok(times.length > 10);
    assert.ok(endedOnAbort >= times.length - 1);
    const [told] = events.filter((event) => event.kind === 'task' && event.name === OVERDUE);
    assert.ok(told?.kind === 'task' && told.attempt.is === 'failed');
    assert.match(String(told.attempt.cause), /not done after 30 s/);
  });
});
