import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OvsdbClient, op, type ReplicaRow } from '../src/index.ts';
import { startOvsdbServer } from '../src/testing/index.ts';
import { connectTo, next, startLibrary } from './library.ts';

// Shows R3 of docs/spec/replica.md.

interface ShelfRow extends ReplicaRow {
  readonly name: string;
  readonly books: readonly string[];
  readonly favourite: string | undefined;
}
interface BookRow extends ReplicaRow {
  readonly title: string;
}
type LibraryTables = { readonly Shelf: ShelfRow; readonly Book: BookRow };

test('references are followed to their rows, and back, through every change', async () => {
  await using server = await startLibrary();
  await using client = await OvsdbClient.connect<LibraryTables>({ endpoints: server.endpoint, database: 'Library' });
  const { replica } = client;
  const [a, emma, persuasion] = await client.transact([
    op.insert('Shelf', { name: 'a', books: [{ ref: 'e' }, { ref: 'p' }], favourite: { ref: 'e' } }),
    op.insert('Book', { title: 'Emma' }, { namedUuid: 'e' }),
    op.insert('Book', { title: 'Persuasion' }, { namedUuid: 'p' }),
  ]);
  const shelf = (): ShelfRow => {
    const row = replica.table('Shelf').get(a?.uuid ?? '');
    assert.ok(row);
    return row;
  };
  const titles = () => replica.follow('Shelf', shelf(), 'books', 'Book').map(({ title }) => title);
  const referrers = (uuid: string | undefined) =>
    replica
      .referrers('Book', uuid ?? '')
      .map(({ table, column, strength, row }) => [table, column, strength, row.name]);
  assert.deepEqual(titles().sort(), ['Emma', 'Persuasion']);
  assert.equal(replica.follow('Shelf', shelf(), 'favourite', 'Book')[0]?.title, 'Emma');
  assert.deepEqual(referrers(emma?.uuid).sort(), [
    ['Shelf', 'books', 'strong', 'a'],
    ['Shelf', 'favourite', 'weak', 'a'],
  ]);
  assert.deepEqual(referrers(persuasion?.uuid), [['Shelf', 'books', 'strong', 'a']]);

  const [referrer] = replica.referrers('Book', persuasion?.uuid ?? '', ['Shelf']);
  assert.equal(referrer?.row.favourite, emma?.uuid, 'of the tables asked for, with the types of their rows');
  assert.deepEqual(replica.referrers('Book', persuasion?.uuid ?? '', ['Book']), []);

  for await (const { changes } of client.changes({ tables: ['Shelf'], initial: true })) {
    const names: (string | undefined)[] = changes.map(({ after }) => after?.name);
    assert.deepEqual(names, ['a'], 'changes have the types of their tables too');
    break;
  }

  const before = shelf();
  await client.transact([
    op.insert('Shelf', { name: 'b', books: [persuasion?.uuid ?? ''] }),
    op.mutate('Shelf', before._uuid, [['books', 'delete', [emma?.uuid ?? '']]]),
  ]);
  assert.deepEqual(titles(), ['Persuasion']);
  assert.deepEqual(
    replica.follow('Shelf', before, 'books', 'Book').map(({ title }) => title),
    ['Persuasion'],
    'Emma went with its last strong reference',
  );
  assert.deepEqual(replica.follow('Shelf', shelf(), 'favourite', 'Book'), [], 'and the weak one with Emma');
  assert.deepEqual(referrers(emma?.uuid), []);
  assert.deepEqual(referrers(persuasion?.uuid).map(String).sort(), ['Shelf,books,strong,a', 'Shelf,books,strong,b']);

  const reconnected = next(client as unknown as OvsdbClient, 'reconnected');
  await server.restart();
  await reconnected;
  assert.equal(referrers(persuasion?.uuid).length, 2, 'a reload keeps the index right');
});

test('what does not refer there is refused, and what is not monitored is left out', async () => {
  await using server = await startLibrary();
  await using writer = await connectTo(server.endpoint);
  await writer.transact([
    op.insert('Shelf', { name: 'a', books: [{ ref: 'e' }] }),
    op.insert('Book', { title: 'Emma' }, { namedUuid: 'e' }),
  ]);
  await using client = await connectTo(server.endpoint, {
    tables: { Shelf: ['books'], Book: 'all' },
    conditions: { Book: 'none' },
  });
  const [shelf] = client.replica.table('Shelf').rows.values();
  assert.ok(shelf);
  assert.deepEqual(client.replica.follow('Shelf', shelf, 'books', 'Book'), []);
  assert.throws(() => client.replica.follow('Shelf', shelf, 'books', 'Shelf'), { code: 'bad-option' });
  assert.throws(() => client.replica.follow('Shelf', shelf, 'favourite', 'Book'), { code: 'unknown-column' });
  assert.throws(() => client.replica.referrers('Rule', shelf._uuid), { code: 'unknown-table' });
});

test('references in the keys and values of maps are followed too', async () => {
  const schema = new URL('fixtures/strict.ovsschema', import.meta.url).pathname;
  await using server = await startOvsdbServer({ schema });
  await using client = await OvsdbClient.connect({ endpoints: server.endpoint, database: 'Strict' });
  const [owner, first, second] = await client.transact([
    op.insert('Owner', { name: 'o' }, { namedUuid: 'o' }),
    op.insert('Thing', { owner: { ref: 'o' } }, { namedUuid: 'f' }),
    op.insert('Thing', { owner: { ref: 'o' }, others: new Map([['x', { ref: 'o' }]]) }),
  ]);
  const [f, s] = [first?.uuid ?? '', second?.uuid ?? ''];
  await client.transact([op.update('Thing', s, { things: new Map([[f, s]]) })]);
  const row = client.replica.table('Thing').get(s);
  assert.ok(row);
  const uuids = (rows: readonly ReplicaRow[]) => rows.map(({ _uuid }) => _uuid).sort();
  assert.deepEqual(uuids(client.replica.follow('Thing', row, 'things', 'Thing')), [f, s].sort());
  assert.deepEqual(uuids(client.replica.follow('Thing', row, 'others', 'Owner')), [owner?.uuid]);
  const found = client.replica.referrers('Owner', owner?.uuid ?? '');
  assert.deepEqual(found.map(({ column, strength }) => `${column} ${strength}`).sort(), [
    'others weak',
    'owner strong',
    'owner strong',
  ]);
  assert.deepEqual(
    client.replica.referrers('Thing', s).map(({ column }) => column),
    ['things'],
  );
});
