import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from './emitter.ts';
import type { OvsdbEvents, SessionState } from './events.ts';
import { untilTrue, within } from './wait-until.ts';

class Told {
  readonly events = new Emitter<OvsdbEvents>((error) => assert.fail(String(error)));
  state: SessionState = { kind: 'connecting', endpoint: 'unix:/x' };
  lock = 0;

  on<Name extends keyof OvsdbEvents>(name: Name, listener: (payload: OvsdbEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
  }

  get listeners(): boolean {
    return this.events.hasListeners('lock') || this.events.hasListeners('state');
  }

  /** Until the lock was told to be held twice. */
  get claim() {
    return { isTrue: () => this.lock >= 2, events: ['lock'] as const };
  }

  tell(): void {
    this.lock++;
    this.events.emit('lock', 'held');
  }
}

test('waiting ends when the claim has become true, and leaves no listener', async () => {
  const told = new Told();
  const waiting = untilTrue(told, told.claim);
  told.tell();
  assert.ok(told.listeners);
  told.tell();
  await waiting;
  assert.equal(told.listeners, false);
  await untilTrue(told, told.claim);
});

test('waiting that is aborted, closed or out of time leaves no listener either', async () => {
  const told = new Told();
  await assert.rejects(untilTrue(told, told.claim, AbortSignal.abort()), { code: 'aborted' });
  await assert.rejects(
    within(
      { timeoutMs: 5 },
      () => 'it',
      (over) => untilTrue(told, told.claim, over),
    ),
    { code: 'timeout' },
  );
  assert.equal(told.listeners, false);
  const waiting = untilTrue(told, told.claim);
  told.events.emit('state', { kind: 'closed' });
  await assert.rejects(waiting, { code: 'closed' });
  told.state = { kind: 'closed' };
  await assert.rejects(untilTrue(told, told.claim), { code: 'closed' });
  assert.equal(told.listeners, false);
});
