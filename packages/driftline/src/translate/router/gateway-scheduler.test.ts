import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildContext, chassis } from '../testing/build.ts';
import { noLoad } from '../testing/routed.ts';
import { yieldsToLiving } from './gateway-candidates.ts';
import { isDistinct, isFull } from './gateway-chassis.ts';
import { type ScheduleRequest, scheduleGateway } from './gateway-scheduler.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const ctx = buildContext({ chassis: names.map((name) => chassis({ name })) });
const request = (given: Partial<ScheduleRequest> = {}): ScheduleRequest => ({
  portName: 'lrp-1',
  candidates: names,
  existing: [],
  avoided: new Set(),
  ...given,
});

test('at most five chassis are taken', () => {
  assert.equal(scheduleGateway(ctx, request(), noLoad()).length, 5);
  assert.equal(scheduleGateway(ctx, request({ candidates: ['a', 'b'] }), noLoad()).length, 2);
  assert.deepEqual(scheduleGateway(ctx, request({ candidates: [] }), noLoad()), []);
});

test('equal inputs give equal schedules, and asking twice in a pass counts once', () => {
  const load = noLoad();
  const once = scheduleGateway(ctx, request(), load);
  assert.deepEqual(scheduleGateway(ctx, request(), load), once);
  assert.deepEqual(scheduleGateway(ctx, request(), noLoad()), once);
  assert.equal(load.total(once[0] ?? ''), 1);
});

test('who is there keeps the higher places', () => {
  const schedule = scheduleGateway(ctx, request({ existing: ['d', 'b'], candidates: ['a', 'b', 'c', 'd'] }), noLoad());
  assert.deepEqual(schedule.slice(0, 2), ['d', 'b']);
  assert.deepEqual(schedule.slice(2).toSorted(), ['a', 'c']);
});

test('the active place goes to the chassis with the fewest active ports', () => {
  const load = noLoad({ a: [3, 3], b: [3], c: [] });
  assert.equal(scheduleGateway(ctx, request({ candidates: ['a', 'b', 'c'] }), load)[0], 'c');
});

test('among equals the one that is busier below moves up', () => {
  const load = noLoad({ a: [2], b: [2, 2], c: [2] });
  assert.equal(scheduleGateway(ctx, request({ candidates: ['a', 'b', 'c'] }), load)[0], 'b');
});

test('many ports spread evenly at every priority', () => {
  const load = noLoad();
  for (let port = 0; port < 60; port++) {
    scheduleGateway(ctx, request({ portName: `lrp-${port}`, candidates: ['a', 'b', 'c'] }), load);
  }
  for (const name of ['a', 'b', 'c']) {
    for (const priority of [1, 2, 3]) assert.equal(load.count(name, priority), 20);
  }
});

test('chassis with other gateways of the router come last', () => {
  const schedule = scheduleGateway(
    ctx,
    request({ candidates: ['a', 'b', 'c'], avoided: new Set(['a', 'b']) }),
    noLoad(),
  );
  assert.equal(schedule[0], 'c');
});

test('the first places go to different zones', () => {
  const zoned = buildContext({
    chassis: [
      chassis({ name: 'a', availabilityZones: ['x'] }),
      chassis({ name: 'b', availabilityZones: ['x'] }),
      chassis({ name: 'c', availabilityZones: ['y'] }),
    ],
  });
  const load = noLoad({ c: [3, 3, 3] });
  const schedule = scheduleGateway(zoned, request({ candidates: ['a', 'b', 'c'] }), load);
  assert.equal(schedule.indexOf('c'), 1);
});

test('by chance means by the name of the port', () => {
  const chance = buildContext({ config: { ovn: { ovnL3Scheduler: 'chance' } }, chassis: ctx.chassis });
  const first = new Set(
    Array.from({ length: 40 }, (_, at) => scheduleGateway(chance, request({ portName: `lrp-${at}` }), noLoad())[0]),
  );
  assert.equal(first.size, names.length);
});

const withSilent = (silent: readonly string[]) =>
  buildContext({
    chassis: names.map((name) => chassis({ name, ...(silent.includes(name) ? { isSilent: true as const } : {}) })),
  });

test('who is silent goes behind who lives, and gives its place only to one that lives and has none', () => {
  const ctx = withSilent(['d']);
  const few = request({ existing: ['d', 'b', 'a'], candidates: ['a', 'b', 'd'] });
  assert.deepEqual(scheduleGateway(ctx, few, noLoad()), ['b', 'a', 'd']);
  const many = scheduleGateway(ctx, request({ existing: ['d', 'b', 'a', 'c', 'e'] }), noLoad());
  assert.deepEqual(many, ['b', 'a', 'c', 'e', 'f']);
});

test('where nobody lives, nobody is moved', () => {
  const existing = ['d', 'b', 'a', 'c', 'e'];
  assert.deepEqual(scheduleGateway(withSilent(names), request({ existing }), noLoad()), existing);
});

test('whoever is silent: Neutron has nothing to schedule anew after it, and nor has a second look', () => {
  const chosen = fc.shuffledSubarray(names);
  fc.assert(
    fc.property(chosen, chosen, chosen, (silent, candidates, there) => {
      const ctx = withSilent(silent);
      const existing = there.filter((name) => candidates.includes(name)).slice(0, 5);
      const schedule = scheduleGateway(ctx, request({ candidates, existing }), noLoad());
      const rows = schedule.map((name, at) => ({ chassis_name: name, priority: schedule.length - at }));
      assert.ok(isFull(rows, candidates) && isDistinct(rows));
      assert.ok(yieldsToLiving(ctx, schedule, candidates));
      const again = scheduleGateway(ctx, request({ candidates, existing: schedule }), noLoad());
      assert.deepEqual(again, schedule);
      const living = existing.filter((name) => !silent.includes(name));
      assert.deepEqual(schedule.slice(0, living.length), living.length === 0 ? [] : living);
    }),
  );
});
