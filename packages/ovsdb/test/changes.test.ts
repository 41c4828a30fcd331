import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allRows, type ChangeBatch, kindOf, type OvsdbClient, op, type RowChange } from '../src/index.ts';
import { FaultProxy, type OvsdbServer } from '../src/testing/index.ts';
import { connectTo, namesOf, next, startLibrary } from './library.ts';

// Shows R11, R12, R13 of docs/spec/replica.md.

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

const add = (name: string) => op.insert('Shelf', { name });
const visit = (name: string, visits: number) => op.update('Shelf', [['name', '==', name]], { visits });
const show = (change: RowChange) =>
  `${kindOf(change)} ${change.table} ${change.before?.name ?? change.after?.name ?? change.after?.text}`;
const showBatch = ({ cause, changes }: ChangeBatch) => [cause, ...changes.map(show).sort()].join(', ');

/** The next batches, and the end of it when it comes sooner. */
async function read(stream: AsyncIterator<ChangeBatch, undefined>, count: number): Promise<string[]> {
  const read: string[] = [];
  for (let index = 0; index < count; index++) {
    const { done, value } = await stream.next();
    if (done || value === undefined) return [...read, 'done'];
    read.push(showBatch(value));
  }
  return read;
}

test('each transaction is one batch, whole and in order, from the call on', async () => {
  await client.transact([add('before')]);
  await using stream = client.changes();
  await client.transact([add('a'), add('b'), op.insert('Rule', { text: 'r' })]);
  await client.transact([visit('a', 1), op.delete('Shelf', [['name', '==', 'b']])]);
  assert.deepEqual(await read(stream, 2), [
    'transaction, insert Rule r, insert Shelf a, insert Shelf b',
    'transaction, delete Shelf b, modify Shelf a',
  ]);
  const waiting = stream.next();
  await client.transact([add('c')]);
  assert.equal(showBatch((await waiting).value as ChangeBatch), 'transaction, insert Shelf c');
});

test('filters let through tables, kinds, columns and what a predicate accepts; a batch left empty is not told', async () => {
  await using rules = client.changes({ tables: ['Rule'] });
  await using deletes = client.changes({ kinds: ['delete'] });
  await using visits = client.changes({ columns: ['visits'], kinds: ['modify'] });
  await using busy = client.changes({ where: ({ after: row }) => Number(row?.visits ?? 0) > 5 });
  await client.transact([add('a'), add('b')]);
  await client.transact([op.update('Shelf', allRows, { open: true })]);
  await client.transact([visit('a', 9), visit('b', 1)]);
  await client.transact([op.delete('Shelf', allRows), op.insert('Rule', { text: 'r' })]);
  assert.deepEqual(await read(rules, 1), ['transaction, insert Rule r']);
  assert.deepEqual(await read(deletes, 1), ['transaction, delete Shelf a, delete Shelf b']);
  assert.deepEqual(await read(visits, 1), ['transaction, modify Shelf a, modify Shelf b']);
  assert.deepEqual(await read(busy, 1), ['transaction, modify Shelf a']);
  assert.throws(() => client.changes({ tables: ['Robot'] }), { code: 'unknown-table' });
});

test('an iteration may begin with all rows there are, complete and as one batch', async () => {
  await client.transact([add('a'), add('b')]);
  await using stream = client.changes({ tables: ['Shelf'], initial: true });
  await client.transact([add('c')]);
  assert.deepEqual(await read(stream, 2), ['initial, insert Shelf a, insert Shelf b', 'transaction, insert Shelf c']);
});

test('a reader that falls behind gets the net of what it missed, in bounded memory', async () => {
  await using stream = client.changes({ capacity: 3 });
  await client.transact([add('brief')]);
  await client.transact([add('a')]);
  await client.transact([visit('a', 1)]);
  await client.transact([op.delete('Shelf', [['name', '==', 'brief']])]);
  for (let visits = 2; visits < 10; visits++) await client.transact([visit('a', visits)]);
  const seen: ChangeBatch[] = [];
  while (seen.at(-1)?.changes.at(-1)?.after?.visits !== 9) seen.push((await stream.next()).value as ChangeBatch);
  assert.ok(seen.length <= 3);
  assert.equal(seen[0]?.cause, 'merged');
  assert.deepEqual(seen[0]?.changes.map(show), ['insert Shelf a']);
  const states = seen.flatMap(({ changes }) => changes);
  for (const [index, change] of states.entries()) {
    if (index > 0) assert.equal(change.before, states[index - 1]?.after, 'each begins where the last one ended');
  }
});

test('a reader may ask to fail instead, and still gets what waited', async () => {
  await using stream = client.changes({ capacity: 1, overflow: 'fail' });
  await client.transact([add('a')]);
  await client.transact([add('b')]);
  assert.deepEqual(await read(stream, 1), ['transaction, insert Shelf a']);
  await assert.rejects(stream.next(), { code: 'overflow' });
  assert.deepEqual(await read(stream, 1), ['done']);
});

test('a predicate that throws ends its own iteration and no other', async () => {
  await using other = client.changes();
  await using careless = client.changes({
    where: () => {
      throw new Error('careless');
    },
  });
  await client.transact([add('a')]);
  await assert.rejects(careless.next(), /careless/);
  assert.deepEqual(await read(other, 1), ['transaction, insert Shelf a']);
  assert.deepEqual(namesOf(client), ['a']);
});

test('an iteration ends with the loop, with its signal, and with the client', async () => {
  const mine = await connectTo(server.endpoint);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const batch of mine.changes({ initial: true })) {
      seen.push(showBatch(batch));
      break;
    }
  })();
  await mine.transact([add('a')]);
  await reading;
  assert.equal(seen.length, 1);

  const control = new AbortController();
  const aborted = mine.changes({ signal: control.signal }).next();
  control.abort();
  await assert.rejects(aborted, { code: 'aborted' });
  await assert.rejects(mine.changes({ signal: control.signal }).next(), { code: 'aborted' });

  const waits = mine.changes();
  const rest = mine.changes();
  const waiting = waits.next();
  await mine.transact([add('b')]);
  assert.equal((await waiting).done, false);
  const last = waits.next();
  await mine.close();
  assert.equal((await last).done, true);
  assert.deepEqual(await read(rest, 2), ['transaction, insert Shelf b', 'done']);
  assert.deepEqual(await read(mine.changes(), 1), ['done']);
});

test('what changed while the link was down is one batch', async () => {
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  await using remote = await connectTo(proxy.endpoint);
  await using stream = remote.changes();
  const disconnected = next(remote, 'disconnected');
  proxy.refuse();
  await disconnected;
  await client.transact([add('a')]);
  await client.transact([add('b')]);
  proxy.restore();
  assert.deepEqual(await read(stream, 1), ['resync, insert Shelf a, insert Shelf b']);
});
