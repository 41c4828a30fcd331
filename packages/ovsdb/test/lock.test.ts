import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LockState, op, ServerLink } from '../src/index.ts';
import { FaultProxy } from '../src/testing/index.ts';
import { connectTo, namesOf, next, startLibrary } from './library.ts';

// Shows S3, S5, S6 of docs/spec/replica.md.

test('of two clients one holds the lock, and the other gets it when the first is gone', async () => {
  await using server = await startLibrary();
  const first = await connectTo(server.endpoint, { lock: 'key' });
  await using second = await connectTo(server.endpoint, { lock: 'key' });
  assert.deepEqual([first.lockState, second.lockState], ['held', 'requested']);
  const guarded = [op.assert('key'), op.insert('Shelf', { name: 'a' })];
  await assert.rejects(second.transact(guarded), { code: 'not-owner', operationIndex: 0 });
  await first.transact(guarded);
  const waiting = second.waitForLock();
  await first.close();
  await waiting;
  assert.equal(second.lockState, 'held');
  await second.transact([op.assert('key'), op.insert('Shelf', { name: 'b' })]);
  assert.deepEqual(namesOf(second), ['a', 'b']);
});

test('the lock counts as lost the moment the link is, and as held when the server says so again', async () => {
  await using server = await startLibrary();
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  const states: LockState[] = [];
  await using client = await connectTo(proxy.endpoint, { lock: 'key', on: { lock: (state) => states.push(state) } });
  assert.equal(client.lockState, 'held');
  proxy.refuse();
  await next(client, 'disconnected');
  assert.equal(client.lockState, 'lost');
  await using rival = await connectTo(server.endpoint, { lock: 'key' });
  await rival.waitForLock();
  proxy.restore();
  await client.untilSynced();
  assert.equal(client.lockState, 'requested');
  await rival.close();
  await client.waitForLock();
  assert.deepEqual(states, ['held', 'lost', 'requested', 'held']);
});

test('waiting for the lock ends when its time is up or its signal is aborted', async () => {
  await using server = await startLibrary();
  await using first = await connectTo(server.endpoint, { lock: 'key' });
  await using second = await connectTo(server.endpoint, { lock: 'key' });
  await assert.rejects(second.waitForLock({ signal: AbortSignal.timeout(20) }), { code: 'aborted' });
  await assert.rejects(second.waitForLock({ timeoutMs: 20 }), {
    code: 'timeout',
    message: 'waiting for lock key took longer than 20 ms',
  });
  assert.equal(first.lockState, 'held');
});

test('an assert that fails says what is to be done, whatever the lock is', async () => {
  await using server = await startLibrary();
  await using first = await connectTo(server.endpoint, { lock: 'key' });
  await using second = await connectTo(server.endpoint, { lock: 'key' });
  await using third = await connectTo(server.endpoint);
  await using link = await ServerLink.open(server.endpoint);
  const failing = (message: RegExp) => ({ code: 'not-owner', message });
  const asserted = [op.assert('key')];
  await assert.rejects(second.transact(asserted), failing(/lock key is not held; await client\.waitForLock\(\)/));
  await assert.rejects(third.transact(asserted), failing(/was not asked for by this client; .*requestLock\('key'\)/));
  await assert.rejects(first.transact([op.assert('kez')]), failing(/lock kez is not the one .* which is key/));
  await assert.rejects(link.transact('Library', asserted), failing(/lock key is not held over this connection/));
});

test('a client that asked for no lock has none to wait for', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint);
  assert.equal(client.lockState, 'none');
  await assert.rejects(client.waitForLock(), { code: 'bad-option' });
});

test('a stolen lock is held at once, the victim learns of it, and has it back when the thief is gone', async () => {
  await using server = await startLibrary();
  await using holder = await connectTo(server.endpoint, { lock: 'key' });
  const thief = await connectTo(server.endpoint, { lock: 'key' });
  const robbed = next(holder, 'lock');
  await thief.stealLock();
  assert.equal(thief.lockState, 'held');
  await robbed;
  assert.equal(holder.lockState, 'lost');
  const guarded = [op.assert('key'), op.insert('Shelf', { name: 'a' })];
  await assert.rejects(holder.transact(guarded), { code: 'not-owner' });
  await thief.transact(guarded);
  const back = holder.waitForLock();
  await thief.close();
  await back;
  assert.equal(holder.lockState, 'held');
});

test('a lock that is given back goes to the next, does not count as held from then on, and is not asked for again', async () => {
  await using server = await startLibrary();
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  const states: LockState[] = [];
  await using first = await connectTo(proxy.endpoint, { lock: 'key', on: { lock: (state) => states.push(state) } });
  await using second = await connectTo(server.endpoint, { lock: 'key' });
  const unlocked = first.unlock();
  assert.equal(first.lockState, 'none');
  await unlocked;
  await second.waitForLock();
  await assert.rejects(first.transact([op.assert('key')]), { code: 'not-owner' });
  await assert.rejects(first.waitForLock(), { code: 'bad-option' });
  const reconnected = next(first, 'reconnected');
  proxy.cut();
  await reconnected;
  await second.unlock();
  assert.deepEqual([first.lockState, second.lockState], ['none', 'none']);
  assert.deepEqual(states, ['held', 'none']);
  await using third = await connectTo(server.endpoint, { lock: 'key' });
  assert.equal(third.lockState, 'held', 'nobody else is in the queue');
});

test('a lock may be asked for later, and is then asked for on each connection', async () => {
  await using server = await startLibrary();
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  await using client = await connectTo(proxy.endpoint);
  await client.requestLock('key');
  assert.equal(client.lockState, 'held');
  await assert.rejects(client.requestLock('other'), { code: 'bad-option', message: /lock key is wanted already/ });
  const lost = next(client, 'lock');
  proxy.cut();
  assert.equal(await lost, 'lost');
  await client.waitForLock();
  await client.untilSynced();
  await client.transact([op.assert('key')]);
  await client.unlock();
  await client.requestLock('other');
  await client.transact([op.assert('other')]);
  await assert.rejects(client.requestLock('no name'), { code: 'bad-option' });
});

test('a request for the lock that waits in the queue can be taken back', async () => {
  await using server = await startLibrary();
  await using first = await connectTo(server.endpoint, { lock: 'key' });
  await using second = await connectTo(server.endpoint, { lock: 'key' });
  await using third = await connectTo(server.endpoint, { lock: 'key' });
  await second.unlock();
  await first.unlock();
  await third.waitForLock();
  assert.deepEqual([first.lockState, second.lockState, third.lockState], ['none', 'none', 'held']);
});
