import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeadLetters } from './dead-letters.ts';
import { keyOf, type Look, type LookOf } from './look.ts';
import { LookQueue, type WaitingLook } from './look-queue.ts';
import { OthersEvents } from './others-events.ts';

const status = (portId: string): LookOf<'port-status'> => ({ at: 'port-status', portId });
const waiting = (look: Look, also: Partial<WaitingLook> = {}): WaitingLook => ({
  look,
  event: 'Event',
  table: 'Table',
  rowUuid: `row of ${keyOf(look)}`,
  seenAtMs: 0,
  notBeforeMs: 0,
  attempts: 0,
  isConfirmed: false,
  isAlone: false,
  ...also,
});
const keysOf = (looks: readonly WaitingLook[]) => looks.map(({ look }) => keyOf(look));

describe('the queue of looks', () => {
  it('holds each place once, in the order of the first event', () => {
    const queue = new LookQueue();
    for (const id of ['a', 'b', 'a']) queue.add(waiting(status(id), { seenAtMs: id === 'a' ? queue.size : 9 }));
    assert.deepEqual(keysOf(queue.take(0, 10)), ['port-status a', 'port-status b']);
    assert.equal(queue.size, 0);
  });

  it('gives looks of one kind together, and no more than were asked for', () => {
    const queue = new LookQueue();
    queue.add(waiting(status('a')));
    queue.add(waiting({ at: 'mac-bindings', ip: 'x' }));
    queue.add(waiting(status('b')));
    queue.add(waiting(status('c')));
    assert.deepEqual(keysOf(queue.take(0, 2)), ['port-status a', 'port-status b']);
    assert.deepEqual(keysOf(queue.take(0, 2)), ['mac-bindings x']);
    assert.deepEqual(keysOf(queue.take(0, 2)), ['port-status c']);
  });

  it('holds back what is not due, and says when the next is', () => {
    const queue = new LookQueue();
    queue.add(waiting(status('a'), { notBeforeMs: 50 }));
    queue.add(waiting(status('b'), { notBeforeMs: 20 }));
    assert.deepEqual(queue.take(10, 10), []);
    assert.equal(queue.nextDueMs, 20);
    assert.deepEqual(keysOf(queue.take(20, 10)), ['port-status b']);
    assert.equal(queue.nextDueMs, 50);
  });

  it('looks at once, and waits for the grace period anew, when a place that waits for it has another event', () => {
    const queue = new LookQueue();
    queue.add(waiting(status('a'), { notBeforeMs: 50, isConfirmed: true, seenAtMs: 1 }));
    queue.add(waiting(status('a'), { seenAtMs: 10 }));
    const [taken] = queue.take(10, 10);
    assert.deepEqual([taken?.isConfirmed, taken?.seenAtMs], [false, 1]);
  });

  it('does not forget how often a place failed when another event came meanwhile', () => {
    const queue = new LookQueue();
    queue.add(waiting(status('a'), { seenAtMs: 7 }));
    queue.add(waiting(status('a'), { attempts: 2, isAlone: true, notBeforeMs: 99, seenAtMs: 3 }));
    const [taken] = queue.take(0, 1);
    assert.deepEqual([taken?.attempts, taken?.isAlone, taken?.seenAtMs], [2, true, 3]);
  });

  it('gives what failed in a bunch by itself', () => {
    const queue = new LookQueue();
    queue.add(waiting(status('a'), { isAlone: true }));
    queue.add(waiting(status('b')));
    queue.add(waiting(status('c'), { isAlone: true }));
    const taken = [queue.take(0, 10), queue.take(0, 10), queue.take(0, 10)].map(keysOf);
    assert.deepEqual(taken, [['port-status a'], ['port-status b'], ['port-status c']]);
  });
});

describe("the memory of others' events", () => {
  it('gives those whose row has come to us, once', () => {
    const others = new OthersEvents(100);
    for (const id of ['a', 'b']) others.add(waiting(status(id)));
    assert.deepEqual(keysOf(others.take((row) => row.endsWith('b'))), ['port-status b']);
    assert.deepEqual(keysOf(others.take(() => true)), ['port-status a']);
  });

  it('lasts as long as a death may go unnoticed', () => {
    const others = new OthersEvents(100);
    others.add(waiting(status('old'), { seenAtMs: 0 }));
    others.add(waiting(status('young'), { seenAtMs: 60 }));
    others.add(waiting(status('new'), { seenAtMs: 101 }));
    assert.deepEqual(keysOf(others.take(() => true)), ['port-status young', 'port-status new']);
    assert.equal(others.takeOverflow(), false);
  });

  it('tells once that it had to forget before the time', () => {
    const others = new OthersEvents(100, 2);
    for (const id of ['a', 'b', 'c']) others.add(waiting(status(id)));
    assert.deepEqual([others.takeOverflow(), others.takeOverflow()], [true, false]);
    assert.deepEqual(keysOf(others.take(() => true)), ['port-status b', 'port-status c']);
  });
});

describe('the dead letters', () => {
  const letter = { event: 'E', table: 'T', rowUuid: 'r', look: undefined, error: 'why' };

  it('are listed once each, with how often and since when', () => {
    const letters = new DeadLetters();
    letters.add('a', letter, 1);
    letters.add('b', letter, 2);
    letters.add('a', { ...letter, error: 'why not' }, 3);
    assert.deepEqual(
      letters.list.map(({ count, firstAtMs, lastAtMs, error }) => [count, firstAtMs, lastAtMs, error]),
      [
        [1, 2, 2, 'why'],
        [2, 1, 3, 'why not'],
      ],
    );
    letters.forget('a');
    assert.equal(letters.list.length, 1);
  });

  it('are bounded, and count what they dropped', () => {
    const letters = new DeadLetters(2);
    for (const key of ['a', 'b', 'c']) letters.add(key, { ...letter, event: key }, 0);
    assert.deepEqual([letters.list.map(({ event }) => event), letters.dropped], [['b', 'c'], 1]);
  });
});
