import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allRows, type Operation, type OvsdbClient, OvsdbError, op } from '../src/index.ts';
import { FaultProxy, type OvsdbServer } from '../src/testing/index.ts';
import { connectTo, namesOf, startLibrary } from './library.ts';

// Shows T3, T5 of docs/spec/replica.md.

let server: OvsdbServer;
let client: OvsdbClient;

before(async () => {
  server = await startLibrary();
  client = await connectTo(server.endpoint);
});

after(async () => {
  await client.close();
  await server.stop();
});

beforeEach(async () => {
  await client.transact([op.delete('Shelf', allRows), op.delete('Rule', allRows)]);
});

const shelf = (uuid: string | undefined) => client.replica.table('Shelf').get(uuid ?? '');

test('when a transaction resolves, the replica holds what it changed', async () => {
  for (let index = 0; index < 50; index++) {
    const [inserted] = await client.transact([op.insert('Shelf', { name: `s${index}` })]);
    assert.equal(shelf(inserted?.uuid)?.name, `s${index}`);
  }
});

test('every kind of value is written, changed and read back', async () => {
  const values = {
    labels: new Map([
      ['b', '2'],
      ['a', '1'],
    ]),
    numbers: [3, 1, 2],
    width: 5,
    visits: -7,
    weight: 1.5,
    open: true,
  };
  const [inserted] = await client.transact([op.insert('Shelf', { name: 'a', ...values })]);
  const { _uuid: uuid, ...cells } = shelf(inserted?.uuid) ?? { _uuid: '' };
  assert.deepEqual(cells, { name: 'a', books: [], favourite: undefined, ...values, numbers: [1, 2, 3] });
  const [changed] = await client.transact([
    op.mutate('Shelf', uuid, [
      ['labels', 'insert', new Map([['c', '3']])],
      ['labels', 'delete', ['a']],
      ['numbers', 'insert', [9]],
      ['numbers', 'delete', [1, 2]],
      ['visits', '*=', 6],
    ]),
    op.update('Shelf', uuid, { width: undefined, open: false }),
  ]);
  assert.equal(changed?.count, 1);
  const { labels, numbers, width, visits, open } = shelf(uuid) ?? { _uuid: '' };
  assert.deepEqual(
    [...(labels as Map<string, string>)],
    [
      ['b', '2'],
      ['c', '3'],
    ],
  );
  assert.deepEqual([numbers, width, visits, open], [[3, 9], undefined, -42, false]);
});

test('integers beyond 2^53 pass both ways exactly', async () => {
  const visits = 2n ** 63n - 1n;
  const [inserted] = await client.transact([op.insert('Shelf', { name: 'a', visits, numbers: [2n ** 60n + 1n, 1] })]);
  assert.equal(shelf(inserted?.uuid)?.visits, visits);
  assert.deepEqual(shelf(inserted?.uuid)?.numbers, [1, 2n ** 60n + 1n]);
  const [selected] = await client.transact([op.select('Shelf', allRows, ['visits'])]);
  assert.deepEqual(selected?.rows, [{ visits }]);
});

test('rows of one transaction refer to each other, and a weak reference goes with its row', async () => {
  const [inserted, book] = await client.transact([
    op.insert('Shelf', { name: 'a', books: [{ ref: 'b' }], favourite: { ref: 'b' } }),
    op.insert('Book', { title: 'Emma' }, { namedUuid: 'b' }),
  ]);
  assert.deepEqual(shelf(inserted?.uuid)?.books, [book?.uuid]);
  assert.equal(shelf(inserted?.uuid)?.favourite, book?.uuid);
  await client.transact([op.update('Shelf', inserted?.uuid ?? '', { books: [] })]);
  assert.equal(shelf(inserted?.uuid)?.favourite, undefined);
  assert.equal(client.replica.table('Book').rows.size, 0);
});

test('an insert takes the uuid that was chosen for it', async () => {
  const uuid = crypto.randomUUID();
  const [inserted] = await client.transact([op.insert('Shelf', { name: 'a' }, { uuid })]);
  assert.equal(inserted?.uuid, uuid);
  assert.equal(shelf(uuid)?.name, 'a');
});

async function failure(...operations: Operation[]): Promise<OvsdbError> {
  const error = await client.transact(operations).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof OvsdbError, 'the transaction was to fail');
  return error;
}

test("each operation's error is told with its index and the server's own words", async () => {
  await client.transact([op.insert('Shelf', { name: 'taken' })]);
  const cases: [OvsdbError['code'], number, string, Operation[]][] = [
    [
      'wait-failed',
      1,
      'timed out',
      [op.comment('x'), op.wait('Shelf', [['name', '==', 'nope']], ['name'], [{ name: 'nope' }])],
    ],
    ['not-owner', 0, 'not owner', [op.assert('key')]],
    ['operation-failed', 2, 'aborted', [op.comment('x'), op.insert('Rule', { text: '' }), op.abort()]],
    ['constraint-violation', 1, 'constraint violation', [op.insert('Shelf', { name: 'taken' })]],
    [
      'constraint-violation',
      4,
      'constraint violation',
      [...['a', 'b', 'c'].map((text) => op.insert('Rule', { text })), op.delete('Rule', [['text', '==', 'd']])],
    ],
    [
      'referential-integrity-violation',
      1,
      'referential integrity violation',
      [op.insert('Shelf', { name: 'x', books: [crypto.randomUUID()] })],
    ],
    ['arithmetic-error', 0, 'domain error', [op.mutate('Shelf', allRows, [['visits', '/=', 0]])]],
  ];
  for (const [code, operationIndex, ovsdbError, operations] of cases) {
    const error = await failure(...operations);
    assert.deepEqual([error.code, error.operationIndex, error.ovsdbError], [code, operationIndex, ovsdbError]);
    assert.ok(error.details, error.message);
  }
  assert.deepEqual(namesOf(client), ['taken']);
  assert.equal(client.replica.table('Rule').rows.size, 0);
});

test('a guard that does not hold fails the whole transaction', async () => {
  const [inserted] = await client.transact([op.insert('Shelf', { name: 'a', visits: 1 })]);
  const uuid = inserted?.uuid ?? '';
  const guarded = (visits: number) =>
    client.transact([
      op.wait('Shelf', uuid, ['visits'], [{ visits }]),
      op.update('Shelf', uuid, { visits: visits + 1 }),
    ]);
  await guarded(1);
  await assert.rejects(guarded(1), { code: 'wait-failed', operationIndex: 0 });
  assert.equal(shelf(uuid)?.visits, 2);
});

test('a guard can say that no such row is there', async () => {
  const absent = op.wait('Shelf', [['name', '==', 'a']], ['name'], []);
  await client.transact([absent, op.insert('Shelf', { name: 'a' })]);
  await assert.rejects(client.transact([absent, op.insert('Shelf', { name: 'a' })]), { code: 'wait-failed' });
});

test('a guard that does not hold is told in the words in which it was written', async () => {
  const [inserted] = await client.transact([op.insert('Shelf', { name: 'a', numbers: [1, 2] })]);
  const uuid = inserted?.uuid ?? '';
  const name = [['name', '==', 'a']] as const;
  const row = client.replica.table('Shelf').get(uuid);
  assert.ok(row !== undefined);
  await client.transact([op.update('Shelf', uuid, { numbers: [3] })]);
  const told: [Operation, string][] = [
    [op.absent('Shelf', name), 'rows with name == "a" were to be absent'],
    [op.unchanged('Shelf', row, ['numbers']), `the rows with _uuid == ${uuid} were to be {numbers: [1, 2]}`],
    [op.wait('Shelf', [['name', '==', 'b']], ['name'], [], { until: '!=' }), 'rows with name == "b" were to be there'],
    [
      op.wait('Shelf', name, ['name'], [{ name: 'a' }], { until: '!=', timeoutMs: 10 }),
      'rows with name == "a" were to be other than {name: "a"} within 10 ms',
    ],
    [op.wait('Shelf', allRows, ['_uuid'], []), 'the rows of the table were to be absent'],
  ];
  for (const [guard, message] of told) {
    assert.equal((await failure(op.comment('x'), guard)).message, `operation 1 (wait Shelf) failed: ${message}`);
  }
});

test('a reference that leads nowhere is refused with what to do about it', async () => {
  const { message } = await failure(op.insert('Shelf', { name: 'x', books: [crypto.randomUUID()] }));
  assert.match(message, /^commit failed: referential integrity violation: .*; insert what is referred to/);
});

test('a wait with time comes true when somebody else makes it true', async () => {
  await using other = await connectTo(server.endpoint);
  const waiting = client.transact([
    op.wait('Shelf', [['name', '==', 'late']], ['name'], [{ name: 'late' }], { timeoutMs: 10_000 }),
  ]);
  await other.transact([op.insert('Shelf', { name: 'late' })]);
  await waiting;
});

test('a transaction whose time is up is cancelled, and is known to have changed nothing', async () => {
  const never = op.wait('Shelf', [['name', '==', 'x']], ['name'], [{ name: 'x' }], { timeoutMs: 60_000 });
  const insert = op.insert('Shelf', { name: 'y' });
  await assert.rejects(client.transact([never, insert], { timeoutMs: 50 }), { code: 'timeout' });
  await assert.rejects(client.transact([never, insert], { signal: AbortSignal.timeout(50) }), { code: 'aborted' });
  await client.transact([op.insert('Shelf', { name: 'x' })]);
  assert.deepEqual(namesOf(client), ['x']);
});

test('a transaction aborted beforehand is not sent', async () => {
  const attempt = client.transact([op.insert('Shelf', { name: 'a' })], { signal: AbortSignal.abort() });
  await assert.rejects(attempt, { code: 'aborted', message: /nothing was sent/ });
  await client.sync();
  assert.deepEqual(namesOf(client), []);
});

test('a link lost after sending makes the outcome unknown, not failed', async () => {
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  await using remote = await connectTo(proxy.endpoint);
  const never = op.wait('Shelf', [['name', '==', 'x']], ['name'], [{ name: 'x' }], { timeoutMs: 60_000 });
  const attempt = remote.transact([never]);
  await remote.sync();
  proxy.cut();
  await assert.rejects(attempt, { code: 'unknown-outcome' });
});

test('a server that falls silent makes the outcome unknown at the deadline', async () => {
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  await using remote = await connectTo(proxy.endpoint);
  proxy.silence();
  await assert.rejects(remote.transact([op.comment('x')], { timeoutMs: 50 }), { code: 'unknown-outcome' });
});

test('transactions sent together are answered each with its own result', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `n${index}`);
  const results = await Promise.all(names.map((name) => client.transact([op.insert('Shelf', { name })])));
  assert.deepEqual(
    results.map(([inserted]) => shelf(inserted?.uuid)?.name),
    names,
  );
});

test('what one client commits reaches another with sync', async () => {
  await using other = await connectTo(server.endpoint);
  for (let index = 0; index < 20; index++) {
    await other.transact([op.insert('Shelf', { name: `s${index}` })]);
    await client.sync();
    assert.equal(client.replica.table('Shelf').rows.size, index + 1);
  }
});
