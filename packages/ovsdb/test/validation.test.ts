/**
 * What the client refuses before sending, the server refuses too: each case is given to both, to the client as
 * operations and to a real server in wire form.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import {
  allRows,
  type Condition,
  isSameValue,
  type JsonObject,
  type Operation,
  OvsdbClient,
  type OvsdbError,
  op,
  ServerLink,
} from '../src/index.ts';
import { type OvsdbServer, startOvsdbServer } from '../src/testing/index.ts';

// Shows T1, T2 of docs/spec/replica.md.

const schema = new URL('fixtures/strict.ovsschema', import.meta.url).pathname;
const uuid = '00000000-0000-4000-8000-000000000001';
let server: OvsdbServer;
let client: OvsdbClient;
let link: ServerLink;

const connect = () => OvsdbClient.connect({ endpoints: server.endpoint, database: 'Strict' });
before(async () => {
  server = await startOvsdbServer({ schema });
  client = await connect();
  link = await ServerLink.open(server.endpoint);
});
after(async () => {
  await link.close();
  await client.close();
  await server.stop();
});
beforeEach(async () => {
  await client.transact([op.delete('Thing', allRows), op.delete('Owner', allRows)]);
  await client.transact([op.insert('Owner', { name: 'o' }, { uuid })]);
});

const insert = (row: object) => ({ op: 'insert', table: 'Owner', row: { name: 'x', ...row } });
const where = (...condition: unknown[]) => ({ op: 'select', table: 'Owner', where: [condition] });
const mutation = (...mutations: unknown[]) => ({ op: 'mutate', table: 'Owner', where: [], mutations: [mutations] });
const add = (row: Parameters<typeof op.insert>[1]) => op.insert('Owner', { name: 'x', ...row });
const find = (...condition: Condition) => op.select('Owner', [condition]);
const change = (...mutations: unknown[]) => op.mutate('Owner', allRows, [mutations] as never);
const set = (...items: unknown[]) => ['set', items];
const map = (...pairs: unknown[]) => ['map', pairs];

/** Its name, what the client is asked for, what the server is sent instead. */
const surelyWrong: [string, Operation[], object[]][] = [
  ['a value outside an enumeration', [add({ kind: 'blue' })], [insert({ kind: 'blue' })]],
  ['an integer below its range', [add({ marks: [0] })], [insert({ marks: 0 })]],
  ['an integer above its range', [add({ marks: [10] })], [insert({ marks: 10 })]],
  ['a real outside its range', [add({ ratio: 1.5 })], [insert({ ratio: 1.5 })]],
  ['too short a string', [add({ code: 'x' })], [insert({ code: 'x' })]],
  ['too long a string', [add({ code: 'xxxxx' })], [insert({ code: 'xxxxx' })]],
  ['too many elements', [add({ marks: [1, 2, 3] })], [insert({ marks: set(1, 2, 3) })]],
  ['a value of another type', [add({ count: 'many' })], [insert({ count: 'many' })]],
  ['a fraction for an integer', [add({ count: 1.5 })], [insert({ count: 1.5 })]],
  ['no value where one must be', [add({ count: undefined })], [insert({ count: set() })]],
  ['a map key outside its enumeration', [add({ options: new Map([['c', 1]]) })], [insert({ options: map(['c', 1]) })]],
  ['a map value above its range', [add({ options: new Map([['a', 6]]) })], [insert({ options: map(['a', 6]) })]],
  [
    'a change of what is set on insert only',
    [op.update('Owner', allRows, { name: 'y' })],
    [{ op: 'update', table: 'Owner', where: [], row: { name: 'y' } }],
  ],
  ['a strong reference left out', [op.insert('Thing', {})], [{ op: 'insert', table: 'Thing', row: {} }]],
  [
    'a reference to a named row of another table',
    [op.insert('Thing', { owner: uuid }, { namedUuid: 't' }), op.insert('Thing', { owner: { ref: 't' } })],
    [
      { op: 'insert', table: 'Thing', 'uuid-name': 't', row: { owner: ['uuid', uuid] } },
      { op: 'insert', table: 'Thing', row: { owner: ['named-uuid', 't'] } },
    ],
  ],
  [
    'a reference to a name that nobody bears',
    [op.insert('Thing', { owner: { ref: 't' } })],
    [{ op: 'insert', table: 'Thing', row: { owner: ['named-uuid', 't'] } }],
  ],
  [
    'one uuid for two rows',
    [op.insert('Owner', { name: 'x' }, { uuid }), op.insert('Owner', { name: 'y', count: 1 }, { uuid })],
    [
      { op: 'insert', table: 'Owner', uuid, row: { name: 'x' } },
      { op: 'insert', table: 'Owner', uuid, row: { name: 'y', count: 1 } },
    ],
  ],
  [
    'one name for two rows',
    [
      op.insert('Owner', { name: 'x' }, { namedUuid: 'n' }),
      op.insert('Owner', { name: 'y', count: 1 }, { namedUuid: 'n' }),
    ],
    [
      { op: 'insert', table: 'Owner', 'uuid-name': 'n', row: { name: 'x' } },
      { op: 'insert', table: 'Owner', 'uuid-name': 'n', row: { name: 'y', count: 1 } },
    ],
  ],
  [
    'two rows that a unique index forbids',
    [add({ count: 1 }), add({ count: 2 })],
    [insert({ count: 1 }), insert({ count: 2 })],
  ],
  [
    'two rows that a unique index over several columns forbids, in another order and form',
    [
      op.insert('Owner', {
        name: 'x',
        marks: [1, 2],
        count: 1n,
        options: new Map([
          ['a', 1],
          ['b', 2],
        ]),
      }),
      op.insert('Owner', {
        name: 'y',
        marks: new Set([2, 1]),
        count: 1,
        options: new Map([
          ['b', 2],
          ['a', 1],
        ]),
      }),
    ],
    [
      insert({ marks: set(1, 2), count: 1, options: map(['a', 1], ['b', 2]) }),
      insert({ name: 'y', marks: set(2, 1), count: 1, options: map(['b', 2], ['a', 1]) }),
    ],
  ],
  [
    'more rows than a table may have',
    ['a', 'b', 'c', 'd'].map((name, count) => op.insert('Owner', { name, count: count + 1 })),
    ['a', 'b', 'c', 'd'].map((name, count) => insert({ name, count: count + 1 })),
  ],
  ['an order of texts', [find('name', '<', 'x')], [where('name', '<', 'x')]],
  ['an order of sets', [find('marks', '>=', [1])], [where('marks', '>=', 1)]],
  ['an order against nothing', [find('ratio', '<', undefined)], [where('ratio', '<', set())]],
  ['a test by a value of another type', [find('flag', '==', 'yes')], [where('flag', '==', 'yes')]],
  ['a set where a map is tested', [find('options', 'includes', ['a'])], [where('options', 'includes', 'a')]],
  ['a function of conditions that is none', [find('name', '=' as '==', 'x')], [where('name', '=', 'x')]],
  ['arithmetic on texts', [change('code', '+=', 1)], [mutation('code', '+=', 1)]],
  ['arithmetic on maps', [change('options', '+=', 1)], [mutation('options', '+=', 1)]],
  ['a remainder of reals', [change('ratio', '%=', 2)], [mutation('ratio', '%=', 2)]],
  ['a fraction added to integers', [change('count', '+=', 0.5)], [mutation('count', '+=', 0.5)]],
  ['an insertion into a scalar', [change('count', 'insert', 1)], [mutation('count', 'insert', 1)]],
  ['a deletion from a scalar', [change('count', 'delete', 1)], [mutation('count', 'delete', 1)]],
  ['an insertion of a set into a map', [change('options', 'insert', ['a'])], [mutation('options', 'insert', 'a')]],
  ['an insertion outside the range', [change('marks', 'insert', [0])], [mutation('marks', 'insert', 0)]],
  ['a mutator that is none', [change('count', '**=', 1)], [mutation('count', '**=', 1)]],
  ['a change of _uuid', [change('_uuid', 'insert', uuid)], [mutation('_uuid', 'insert', ['uuid', uuid])]],
  ['a lock that is no identifier', [op.assert('a b')], [{ op: 'assert', lock: 'a b' }]],
];

for (const [name, operations, wire] of surelyWrong) {
  test(`${name} is refused before sending, as the server would`, async () => {
    const counted = client.transact(operations);
    await assert.rejects(counted, (error: OvsdbError) => {
      assert.ok(['bad-value', 'unknown-column'].includes(error.code), error.message);
      assert.equal(typeof error.operationIndex, 'number');
      return true;
    });
    const results = (await link.request('transact', ['Strict', ...wire])) as readonly (JsonObject | null)[];
    assert.ok(
      results.some((result) => typeof result?.error === 'string'),
      `the server takes it: ${JSON.stringify(results)}`,
    );
  });
}

const fine: [string, Operation[]][] = [
  ['any order of numbers', [find('count', '<', 5), find('ratio', '>=', 0.5)]],
  ['inclusion and exclusion', [find('marks', 'excludes', [1, 2, 3]), find('options', 'includes', new Map([['a', 1]]))]],
  ['equality of sets', [find('marks', '==', []), find('kind', '!=', undefined)]],
  ['arithmetic on sets', [change('marks', '+=', 1), change('ratio', '*=', 0.5)]],
  ['more deleted than a set may hold', [change('marks', 'delete', [1, 2, 3]), change('options', 'delete', ['a', 'b'])]],
  ['insertion into an optional column', [change('kind', 'insert', ['red'])]],
  [
    'rows that will be unique by the commit',
    [add({ count: 1 }), op.delete('Owner', [['count', '==', 1]]), add({ count: 2 })],
  ],
  ['equal weak references and unequal rows', [op.insert('Thing', { owner: uuid, others: new Map([['a', uuid]]) })]],
];
for (const [name, operations] of fine) {
  test(`${name} pass`, async () => {
    assert.equal((await client.transact(operations)).length, operations.length);
  });
}

test('on demand, what the replica contradicts is refused too, by the code that the server would give', async () => {
  const other = '00000000-0000-4000-8000-000000000002';
  const check = { check: 'replica' } as const;
  const cases: [Operation[], string, number][] = [
    [[op.comment('x'), op.insert('Thing', { owner: other })], 'referential-integrity-violation', 1],
    [[op.insert('Owner', { name: 'o', count: 7 })], 'constraint-violation', 0],
    [[op.insert('Owner', { name: 'p' })], 'constraint-violation', 0],
  ];
  for (const [operations, code, operationIndex] of cases) {
    await assert.rejects(client.transact(operations, check), { code, operationIndex, message: /nothing was sent/ });
    await assert.rejects(client.transact(operations), { code });
  }
  await client.transact(
    [
      op.insert('Owner', { name: 'p', count: 1 }, { uuid: other }),
      op.insert('Thing', { owner: other, others: new Map([['a', crypto.randomUUID()]]) }),
    ],
    check,
  );
  await client.transact([op.delete('Owner', [['name', '==', 'o']]), op.insert('Owner', { name: 'o' })], check);
  const [thing] = client.replica.table('Thing').rows.values();
  assert.deepEqual(thing?.others, new Map(), 'a weak reference to nothing is dropped by the server');
});

test('a table that the replica does not hold whole is left to the server', async () => {
  await using partial = await OvsdbClient.connect({
    endpoints: server.endpoint,
    database: 'Strict',
    conditions: { Owner: 'none' },
  });
  await partial.transact([op.insert('Thing', { owner: uuid })], { check: 'replica' });
  await assert.rejects(partial.transact([op.insert('Owner', { name: 'o', count: 1 })], { check: 'replica' }), {
    ovsdbError: 'constraint violation',
  });
});

test('a guard made of a row that was read holds until somebody changes one of its columns', async () => {
  const owner = () => client.replica.table('Owner').get(uuid);
  const read = owner();
  assert.ok(read);
  await client.transact([op.update('Owner', uuid, { flag: true })]);
  const attempt = client.transact([op.unchanged('Owner', read), op.update('Owner', uuid, { count: 1 })]);
  await assert.rejects(attempt, { code: 'wait-failed', operationIndex: 0 });
  const filled = { kind: 'red', marks: [1, 2], ratio: 0.1, options: new Map([['a', 1]]), code: 'éé' };
  await client.transact([op.unchanged('Owner', read, ['count', 'marks']), op.update('Owner', uuid, filled)]);
  const now = owner();
  assert.ok(now && isSameValue(now.marks, [1, 2]));
  await client.transact([op.unchanged('Owner', now), op.update('Owner', uuid, { count: 2 })]);
  await assert.rejects(client.transact([op.unchanged('Owner', now, ['count'])]), { code: 'wait-failed' });
  assert.throws(() => op.unchanged('Owner', { _uuid: uuid, count: 2 }, ['flag']), {
    code: 'bad-value',
    message: /flag/,
  });
  await client.transact([op.absent('Thing', uuid), op.absent('Owner', [['name', '==', 'nobody']])]);
  await assert.rejects(client.transact([op.absent('Owner', uuid)]), { code: 'wait-failed' });
});
