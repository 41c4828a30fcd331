import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpdateChange } from '../diff/change.ts';
import { type Cause, DriftTracker, patienceMs } from './tracker.ts';
import { UnitBackoff } from './unit-backoff.ts';
import { WakeUp } from './wake.ts';

const port = { type: 'ports', id: 'p' } as const;
const change = (...wanted: string[]): UpdateChange => ({
  action: 'update',
  table: 'Logical_Switch_Port',
  key: 'p',
  uuid: 'u',
  resource: port,
  unit: port,
  differences: wanted.map((value, index) => ({ column: `c${index}`, reason: 'different', found: 'x', wanted: value })),
  guard: {},
});

describe('the drift tracker', () => {
  it('believes a difference only when it has been there long enough', () => {
    const tracker = new DriftTracker();
    const first = tracker.ripe([change('a')], 1000, () => 500);
    assert.deepEqual(first, { ripe: [], nextRipeAtMs: 1500 });
    assert.deepEqual(tracker.ripe([change('a')], 1499, () => 500).ripe, []);
    assert.deepEqual(tracker.ripe([change('a')], 1500, () => 500).ripe, [change('a')]);
  });

  it('starts anew when a difference went and came back, or wants another value', () => {
    const tracker = new DriftTracker();
    tracker.ripe([change('a')], 0, () => 100);
    tracker.ripe([], 50, () => 100);
    assert.deepEqual(tracker.ripe([change('a')], 100, () => 100).ripe, []);
    assert.deepEqual(tracker.ripe([change('b')], 250, () => 100).ripe, []);
  });

  it('lets the old differences of a row through while the young ones wait', () => {
    const tracker = new DriftTracker();
    tracker.ripe([change('a')], 0, () => 100);
    const { ripe, nextRipeAtMs } = tracker.ripe([change('a', 'b')], 100, () => 100);
    assert.deepEqual(ripe, [change('a')]);
    assert.equal(nextRipeAtMs, 200);
  });

  it('asks once what made a difference, and waits accordingly', () => {
    const tracker = new DriftTracker();
    const patience = (_: unknown, cause: Cause) => (cause === 'neutron' ? 1000 : 100);
    tracker.ripe([change('a', 'b')], 0, patience, (name) => (name.includes('c0') ? 'northbound' : 'neutron'));
    const later = tracker.ripe([change('a', 'b')], 100, patience, () => 'northbound');
    assert.deepEqual(later, { ripe: [change('a')], nextRipeAtMs: 1000 });
  });

  it('holds back what Neutron turns out to be busy with, until it is old enough', () => {
    const tracker = new DriftTracker();
    tracker.ripe([change('a')], 0, () => 100);
    assert.deepEqual(tracker.hold([change('a', 'b')], 1000, 100), []);
    assert.deepEqual(
      tracker.ripe([change('a')], 999, () => 100),
      { ripe: [], nextRipeAtMs: 1000 },
    );
    assert.deepEqual(tracker.ripe([change('a')], 1000, () => 100).ripe, [change('a')]);
    assert.deepEqual(tracker.hold([change('a', 'b')], 1000, 1000), [change('a')]);
  });

  it('knows how old the oldest is', () => {
    const tracker = new DriftTracker();
    assert.equal(tracker.oldestMs, undefined);
    tracker.ripe([change('a')], 7, () => 100);
    assert.equal(tracker.oldestMs, 7);
  });
});

describe('patience', () => {
  const now = 1_000_000;
  const grace = 60_000;
  const long = now - grace - 1;
  const of = (cause: Cause, ownChangeMs: number | undefined, anyChangeMs: number) =>
    patienceMs({ gracePeriodMs: grace, cause, ownChangeMs, anyChangeMs }, now);

  it('is the whole grace period while the resource itself was changed, or is gone', () => {
    assert.equal(of('northbound', now - 10, now - 10), grace);
    assert.equal(of('northbound', undefined, now - 10), grace);
  });

  it('is the whole grace period for what Neutron began to want lately, by whichever resource', () => {
    assert.equal(of('neutron', long, now - 10), grace);
  });

  it('is two looks where somebody changed OVN and Neutron wants what it wanted', () => {
    assert.ok(of('northbound', long, now - 10) < 1000);
  });

  it('is two looks when nobody writes', () => {
    assert.ok(of('neutron', long, long) < 1000);
    assert.ok(of('northbound', undefined, long) < 1000);
  });

  it('is never longer than the grace period', () => {
    for (const own of [undefined, 0, now]) {
      const activity = { gracePeriodMs: 0, cause: 'neutron', ownChangeMs: own, anyChangeMs: now } as const;
      assert.equal(patienceMs(activity, now), 0);
    }
  });
});

describe('a unit that fails', () => {
  const transaction = { unit: port, changes: [], revisions: [] };

  it('waits longer each time, and not at all once it was written', () => {
    const backoff = new UnitBackoff();
    backoff.note({ transaction, is: 'refused', why: '' }, 0);
    assert.equal(backoff.isWaiting(port, 999), true);
    assert.equal(backoff.isWaiting(port, 1000), false);
    backoff.note({ transaction, is: 'refused', why: '' }, 1000);
    assert.equal(backoff.isWaiting(port, 2999), true);
    backoff.note({ transaction, is: 'applied' }, 3000);
    assert.equal(backoff.isWaiting(port, 3000), false);
  });

  it('does not wait because somebody else changed its row', () => {
    const backoff = new UnitBackoff();
    backoff.note({ transaction, is: 'stale', why: '' }, 0);
    assert.equal(backoff.isWaiting(port, 0), false);
  });
});

describe('waking up', () => {
  const never = new AbortController().signal;

  it('gathers what happened while nobody waited', async () => {
    const wake = new WakeUp();
    wake.notify('northbound');
    wake.notify('neutron');
    wake.notify('northbound');
    assert.deepEqual([...(await wake.next(never))], ['northbound', 'neutron']);
  });

  it('wakes the one who waits, and ends the wait when told to stop', async () => {
    const wake = new WakeUp();
    const next = wake.next(never);
    wake.notify('interval');
    assert.deepEqual([...(await next)], ['interval']);
    const stop = new AbortController();
    const last = wake.next(stop.signal);
    stop.abort();
    assert.deepEqual([...(await last)], []);
  });
});
