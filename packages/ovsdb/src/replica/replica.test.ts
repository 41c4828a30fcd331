import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSchema } from '../schema/parse-schema.ts';
import { ReplicaStore, type RowUpdate } from './replica.ts';
import { type ReplicaRow, RowShape } from './row.ts';

// Shows R1, R3, R7 of docs/spec/replica.md.

const schema = parseSchema({
  name: 'D',
  tables: {
    T: {
      columns: {
        name: { type: 'string' },
        tags: { type: { key: 'string', min: 0, max: 'unlimited' } },
        ids: { type: { key: 'string', value: 'string', min: 0, max: 'unlimited' } },
      },
    },
  },
});
const table = schema.tables.get('T');
assert.ok(table);
const shape = new RowShape(table, ['name', 'tags', 'ids']);
const shapes = new Map([['T', shape]]);

type Cells = { name?: string; tags?: readonly string[]; ids?: ReadonlyMap<string, string> };

const row = (uuid: string, cells: Cells = {}): ReplicaRow => ({ ...shape.newRow(uuid), ...cells });
const insert = (uuid: string, cells?: Cells): RowUpdate => ({ kind: 'insert', uuid, row: row(uuid, cells) });
const modify = (uuid: string, cells: Cells): RowUpdate => ({
  kind: 'modify',
  uuid,
  merge: (before) => ({ ...before, ...cells }),
});
const remove = (uuid: string): RowUpdate => ({ kind: 'delete', uuid });

function newReplica(rows: readonly RowUpdate[] = []): ReplicaStore {
  const replica = new ReplicaStore();
  replica.define('T', {
    byName: 'name',
    byTag: 'tags',
    byIdKey: 'ids',
    byNameAndUuid: ['name', '_uuid'],
    byOwner: (of) => (of.ids as ReadonlyMap<string, string>).get('owner'),
  });
  replica.reload(shapes, [{ table: 'T', rows }]);
  return replica;
}

const uuids = (rows: readonly ReplicaRow[]) => rows.map((found) => found._uuid).sort();

test('rows are found by column, by element, by map key, by several columns and by expression', () => {
  const replica = newReplica([
    insert('u1', { name: 'a', tags: ['x', 'y'], ids: new Map([['owner', 'o']]) }),
    insert('u2', { name: 'a', tags: ['y'] }),
  ]);
  const of = replica.table('T');
  assert.deepEqual(uuids(of.index('byName').find('a')), ['u1', 'u2']);
  assert.deepEqual(uuids(of.index('byTag').find('x')), ['u1']);
  assert.deepEqual(uuids(of.index('byTag').find('y')), ['u1', 'u2']);
  assert.deepEqual(uuids(of.index('byIdKey').find('owner')), ['u1']);
  assert.deepEqual(uuids(of.index('byNameAndUuid').find('a', 'u2')), ['u2']);
  assert.equal(of.index('byOwner').findOnly('o')?._uuid, 'u1');
  assert.equal(of.index('byName').findOnly('a'), undefined);
  assert.throws(() => of.index('byNothing'), { code: 'bad-option', message: /byName, byTag/ });
});

const updates = fc.array(
  fc.record({
    uuid: fc.constantFrom('u1', 'u2', 'u3'),
    cells: fc.record({ name: fc.constantFrom('a', 'b'), tags: fc.subarray(['x', 'y', 'z']) }, { requiredKeys: [] }),
    isDelete: fc.boolean(),
    isReload: fc.boolean(),
  }),
);

test('indexes are right after any insert, change, delete and reload', () => {
  fc.assert(
    fc.property(updates, (steps) => {
      const replica = newReplica();
      const of = replica.table('T');
      for (const { uuid, cells, isDelete, isReload } of steps) {
        if (isReload) replica.reload(shapes, [{ table: 'T', rows: [insert(uuid, cells)] }]);
        else if (!of.rows.has(uuid)) replica.apply([{ table: 'T', rows: [insert(uuid, cells)] }]);
        else replica.apply([{ table: 'T', rows: [isDelete ? remove(uuid) : modify(uuid, cells)] }]);
        for (const name of ['a', 'b', '']) {
          const expected = [...of.rows.values()].filter((found) => found.name === name);
          assert.deepEqual(uuids(of.index('byName').find(name)), uuids(expected));
        }
        for (const tag of ['x', 'y', 'z']) {
          const expected = [...of.rows.values()].filter((found) => (found.tags as string[]).includes(tag));
          assert.deepEqual(uuids(of.index('byTag').find(tag)), uuids(expected));
          for (const found of of.index('byTag').find(tag)) assert.equal(found, of.get(found._uuid));
        }
      }
    }),
  );
});

test('an update that does not fit changes nothing at all', () => {
  const replica = newReplica([insert('u1', { name: 'a' })]);
  const misfits: RowUpdate[] = [modify('u9', { name: 'x' }), remove('u9'), insert('u1', { name: 'x' })];
  for (const misfit of misfits) {
    const rows = [insert('u2'), misfit];
    assert.throws(() => replica.apply([{ table: 'T', rows }]), {
      code: 'protocol-error',
      message: /inconsistent update of T/,
    });
    assert.deepEqual([...replica.table('T').rows.keys()], ['u1']);
    assert.equal(replica.table('T').get('u1')?.name, 'a');
  }
});

test('a row that a caller holds stays what it was', () => {
  const replica = newReplica([insert('u1', { name: 'a' })]);
  const held = replica.table('T').get('u1');
  const [change] = replica.apply([{ table: 'T', rows: [modify('u1', { name: 'b' })] }]);
  assert.equal(held?.name, 'a');
  assert.equal(change?.before, held);
  assert.equal(change?.after, replica.table('T').get('u1'));
});

test('a reload tells the differences only, and keeps the rows that are the same', () => {
  const same = { name: 'same', tags: ['x'], ids: new Map([['k', 'v']]) };
  const replica = newReplica([insert('u1', same), insert('u2', { name: 'old' }), insert('u3')]);
  const kept = replica.table('T').get('u1');
  const rows = [insert('u1', structuredClone(same)), insert('u2', { name: 'new' }), insert('u4')];
  const changes = replica.reload(shapes, [{ table: 'T', rows }]);
  assert.deepEqual(
    changes.map(({ uuid, before, after }) => [uuid, before?.name, after?.name]),
    [
      ['u2', 'old', 'new'],
      ['u3', '', undefined],
      ['u4', undefined, ''],
    ],
  );
  assert.equal(replica.table('T').get('u1'), kept);
});

test('a reload that is malformed leaves the replica as it was', () => {
  const replica = newReplica([insert('u1')]);
  assert.throws(() => replica.reload(shapes, [{ table: 'T', rows: [insert('u2'), insert('u2')] }]), OvsdbErrorLike);
  assert.throws(() => replica.reload(shapes, [{ table: 'T', rows: [insert('u2'), remove('u3')] }]), OvsdbErrorLike);
  assert.deepEqual([...replica.table('T').rows.keys()], ['u1']);
});
const OvsdbErrorLike = { code: 'protocol-error' };

test('a table that is not monitored is refused by name', () => {
  assert.throws(() => newReplica().table('Nope'), { code: 'unknown-table', message: /Nope/ });
});

test('an index expression that throws leaves the row out, and nothing half done', async () => {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const replica = newReplica([insert('u1', { name: 'good' })]);
  const index = replica.table('T').addIndex('careless', (of) => {
    if (of.name === 'bad') throw new Error('careless');
    return of.name as string;
  });
  replica.apply([{ table: 'T', rows: [insert('u2', { name: 'bad' }), modify('u1', { name: 'better' })] }]);
  assert.deepEqual([index.find('bad').length, index.find('good').length, index.find('better').length], [0, 0, 1]);
  assert.equal(replica.table('T').get('u2')?.name, 'bad');
  assert.match((await warned).message, /index expression threw for row u2/);
});
