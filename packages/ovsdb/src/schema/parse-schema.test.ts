import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSchema, parseSchemaText } from './parse-schema.ts';

const schema = parseSchemaText(`{
  "name": "Zoo", "version": "1.2.3", "cksum": "1 2",
  "tables": {
    "Cage": {
      "columns": {
        "name": {"type": "string", "mutable": false},
        "animals": {"type": {"key": {"type": "uuid", "refTable": "Animal"}, "min": 0, "max": "unlimited"}},
        "keeper": {"type": {"key": {"type": "uuid", "refTable": "Keeper", "refType": "weak"}, "min": 0}},
        "size": {"type": {"key": {"type": "integer", "minInteger": 1, "maxInteger": 9223372036854775807}}},
        "notes": {"type": {"key": "string", "value": "string", "min": 0, "max": "unlimited"}, "ephemeral": true}
      },
      "indexes": [["name"]], "isRoot": true, "maxRows": 10
    },
    "Animal": {"columns": {"kind": {"type": {"key": {"type": "string", "enum": ["set", ["cat", "dog"]]}}}}},
    "Keeper": {"columns": {"grade": {"type": {"key": {"type": "string", "enum": "one"}}}}}
  }
}`);

test('a schema is read with all its constraints', () => {
  const cage = schema.tables.get('Cage');
  assert.deepEqual([schema.name, schema.version, schema.cksum], ['Zoo', '1.2.3', '1 2']);
  assert.deepEqual([cage?.isRoot, cage?.maxRows, cage?.indexes], [true, 10, [['name']]]);
  assert.equal(cage?.columns.get('name')?.isMutable, false);
  assert.equal(cage?.columns.get('notes')?.isEphemeral, true);
  assert.deepEqual(cage?.columns.get('animals')?.key, { type: 'uuid', refTable: 'Animal', refType: 'strong' });
  assert.deepEqual(cage?.columns.get('keeper')?.key, { type: 'uuid', refTable: 'Keeper', refType: 'weak' });
  assert.deepEqual(
    [...(cage?.columns.values() ?? [])].map(({ name, kind }) => [name, kind]),
    [
      ['name', 'scalar'],
      ['animals', 'set'],
      ['keeper', 'optional'],
      ['size', 'scalar'],
      ['notes', 'map'],
    ],
  );
  assert.equal(cage?.columns.get('size')?.key.maximum, 9223372036854775807n);
  assert.deepEqual(schema.tables.get('Animal')?.columns.get('kind')?.key.enum, new Set(['cat', 'dog']));
  assert.deepEqual(schema.tables.get('Keeper')?.columns.get('grade')?.key.enum, new Set(['one']));
});

test('tables outside the root set are told from those in it', () => {
  assert.equal(schema.tables.get('Animal')?.isRoot, false);
});

test('without any isRoot, every table is in the root set', () => {
  const old = parseSchema({ name: 'Old', tables: { T: { columns: { c: { type: 'string' } } } } });
  assert.equal(old.tables.get('T')?.isRoot, true);
});

test('a malformed schema is refused, saying where', () => {
  const withColumn = (name: string, definition: object) =>
    ({ name: 'X', tables: { T: { columns: { [name]: definition } } } }) as never;
  assert.throws(() => parseSchema(withColumn('c', { type: 'text' })), { code: 'bad-schema', message: /T\.c/ });
  assert.throws(() => parseSchema(withColumn('__proto__x', { type: 'string' })), { code: 'bad-schema' });
  assert.throws(() => parseSchema(withColumn('a b', { type: 'string' })), { code: 'bad-schema' });
  assert.throws(() => parseSchema(withColumn('c', { type: { key: 'string', min: 2 } })), { code: 'bad-schema' });
  assert.throws(() => parseSchema('nonsense'), { code: 'bad-schema' });
});
