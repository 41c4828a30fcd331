import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSchema } from '../schema/parse-schema.ts';
import { encodeOperations } from './encode-operations.ts';
import { allRows, op } from './operations.ts';

const uuid = 'b7e0c1c8-93a4-4b3e-8a43-0a0f0d4b5a5c';
const schema = parseSchema({
  name: 'D',
  tables: {
    Switch: {
      columns: {
        name: { type: 'string' },
        fixed: { type: 'string', mutable: false },
        tag: { type: { key: { type: 'integer', maxInteger: 10 }, min: 0 } },
        ports: { type: { key: { type: 'uuid', refTable: 'Port' }, min: 0, max: 'unlimited' } },
        ids: { type: { key: 'string', value: 'string', min: 0, max: 'unlimited' } },
      },
    },
    Port: { columns: { name: { type: 'string' } } },
  },
});
const encode = (...operations: Parameters<typeof encodeOperations>[1]) => encodeOperations(schema, operations);

test('rows are written in the shape in which the replica shows them', () => {
  const row = { name: 'a', tag: undefined, ports: [uuid], ids: new Map([['k', 'v']]) };
  assert.deepEqual(encode(op.insert('Switch', row, { uuid })), [
    {
      op: 'insert',
      table: 'Switch',
      uuid,
      row: { name: 'a', tag: ['set', []], ports: ['set', [['uuid', uuid]]], ids: ['map', [['k', 'v']]] },
    },
  ]);
});

test('rows of one transaction refer to each other by name', () => {
  const [first] = encode(
    op.insert('Switch', { ports: [{ ref: 'p1' }] }),
    op.insert('Port', { name: 'p' }, { namedUuid: 'p1' }),
    op.mutate('Switch', uuid, [['ports', 'insert', [{ ref: 'p1' }]]]),
    op.delete('Port', { ref: 'p1' }),
  );
  assert.deepEqual(first, { op: 'insert', table: 'Switch', row: { ports: ['set', [['named-uuid', 'p1']]] } });
});

test('a name that no insert bears is refused', () => {
  assert.throws(() => encode(op.insert('Switch', { ports: [{ ref: 'p1' }] })), { code: 'bad-value', message: /p1/ });
  assert.throws(() => encode(op.delete('Switch', { ref: 'p1' })), { code: 'bad-value', message: /p1/ });
});

test('the operand of a mutation need not obey the limits of its column', () => {
  assert.deepEqual(
    encode(
      op.mutate('Switch', uuid, [
        ['tag', '+=', 100],
        ['ids', 'delete', ['k']],
        ['ids', 'delete', new Map([['k', 'v']])],
        ['ids', 'insert', new Map([['k', 'v']])],
      ]),
    ),
    [
      {
        op: 'mutate',
        table: 'Switch',
        where: [['_uuid', '==', ['uuid', uuid]]],
        mutations: [
          ['tag', '+=', 100],
          ['ids', 'delete', ['set', ['k']]],
          ['ids', 'delete', ['map', [['k', 'v']]]],
          ['ids', 'insert', ['map', [['k', 'v']]]],
        ],
      },
    ],
  );
});

test('a guard names its columns and gives a value for each', () => {
  assert.deepEqual(encode(op.wait('Switch', uuid, ['name', 'tag'], [{ name: 'a', tag: undefined }])), [
    {
      op: 'wait',
      timeout: 0,
      table: 'Switch',
      where: [['_uuid', '==', ['uuid', uuid]]],
      columns: ['name', 'tag'],
      until: '==',
      rows: [{ name: 'a', tag: ['set', []] }],
    },
  ]);
  assert.throws(() => encode(op.wait('Switch', uuid, ['name', 'tag'], [{ name: 'a' }])), { code: 'bad-value' });
  assert.throws(() => encode(op.wait('Switch', uuid, ['name'], [{ name: 'a', tag: 1 }])), { code: 'bad-value' });
});

test('all rows are touched only when that is said', () => {
  assert.throws(() => encode(op.delete('Switch', [])), { code: 'bad-value', message: /allRows/ });
  assert.deepEqual(encode(op.delete('Switch', allRows)), [{ op: 'delete', table: 'Switch', where: [] }]);
});

test('what the schema forbids is refused with the index of its operation', () => {
  const cases = [
    [op.insert('Nope', {}), 'unknown-table'],
    [op.insert('Switch', { nope: 1 }), 'unknown-column'],
    [op.insert('Switch', { _uuid: uuid }), 'bad-value'],
    [op.insert('Switch', { name: undefined }), 'bad-value'],
    [op.insert('Switch', { tag: 11 }), 'bad-value'],
    [op.insert('Switch', {}, { uuid: 'x' }), 'bad-value'],
    [op.insert('Switch', {}, { namedUuid: 'a-b' }), 'bad-value'],
    [op.update('Switch', uuid, { fixed: 'x' }), 'bad-value'],
    [op.mutate('Switch', uuid, [['fixed', 'insert', 'x']]), 'bad-value'],
    [op.delete('Switch', [['nope', '==', 1]]), 'unknown-column'],
    [op.delete('Switch', 'not-a-uuid'), 'bad-value'],
    [op.select('Switch', allRows, ['nope']), 'unknown-column'],
    [op.assert('a lock'), 'bad-value'],
  ] as const;
  for (const [operation, code] of cases) {
    assert.throws(() => encode(op.comment('first'), operation), { code, operationIndex: 1 }, JSON.stringify(operation));
  }
});

test('operations are frozen, and hold what they were given even if the caller changes it afterwards', () => {
  const ports = [uuid];
  const ids = new Map([['k', 'v']]);
  const operation = op.insert('Switch', { ports, ids });
  ports.pop();
  ids.clear();
  assert.ok(Object.isFrozen(operation) && Object.isFrozen(operation.row) && Object.isFrozen(operation.row.ports));
  assert.deepEqual(operation.row, { ports: [uuid], ids: new Map([['k', 'v']]) });
});
