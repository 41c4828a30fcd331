import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../tasks/attempt.ts';
import type { Finding } from '../tasks/task.ts';
import { taskLines } from './task-lines.ts';

const observed = (...findings: readonly Finding[]): Attempt => ({
  is: 'observed',
  changed: 0,
  findings,
  why: 'left as it is',
});
const event = (attempt: Attempt, isGivenUp = false) =>
  ({ kind: 'task', name: 'agents', attempt, durationMs: 7, isGivenUp }) as const;
const silent = (name: string): Finding => ({ id: name, what: `${name} is silent` });

test('what a check finds is told when it is new, and when it is gone', () => {
  const lines = taskLines();
  assert.deepEqual(lines(event(observed(silent('a')))), ['WARNING agents: a is silent']);
  assert.deepEqual(lines(event(observed(silent('a')))), []);
  assert.deepEqual(lines(event({ is: 'failed', changed: 0, cause: new Error('out of reach') })), [
    'WARNING task agents failed, 0 rows changed: out of reach',
  ]);
  assert.deepEqual(lines(event(observed(silent('b'), silent('a')))), ['WARNING agents: b is silent']);
  assert.deepEqual(lines(event({ is: 'done', changed: 0 })), ['INFO agents: 2 of what was found are there no more']);
  assert.deepEqual(lines(event({ is: 'done', changed: 0 })), []);
});

test('a task that is given up is told so, with the cause of the last failure', () => {
  assert.deepEqual(taskLines()(event({ is: 'failed', changed: 0, cause: new Error('no room') }, true)), [
    'WARNING task agents failed, 0 rows changed: no room',
    'ERROR task agents failed too often in a row and is given up; see driftline tasks show',
  ]);
});

test('of many findings some are told, and how many there are', () => {
  const many = Array.from({ length: 23 }, (_, at) => silent(`c${at}`));
  const lines = taskLines()(event(observed(...many)));
  assert.equal(lines.length, 21);
  assert.equal(lines.at(-1), 'WARNING agents: and 3 more; see driftline checks list');
});

test('a finding is printed without what would move the cursor', () => {
  assert.deepEqual(taskLines()(event(observed(silent('a\u001b[2J')))), ['WARNING agents: a\\x1b[2J is silent']);
});
