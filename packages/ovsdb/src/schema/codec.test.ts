import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OvsdbError } from '../errors.ts';
import { JsonReader } from '../wire/json-reader.ts';
import { stringifyJson } from '../wire/json-value.ts';
import { compareAtoms, isSameValue } from './compare.ts';
import type { AtomType, BaseType, Column, OvsdbAtom, OvsdbValue } from './database.ts';
import { defaultValue, readColumn } from './decode.ts';
import { encodeColumn } from './encode.ts';

function column(kind: Column['kind'], key: BaseType, value?: BaseType): Column {
  const isMany = kind === 'set' || kind === 'map';
  return {
    name: 'c',
    kind,
    key,
    ...(value && { value }),
    min: kind === 'scalar' ? 1 : 0,
    max: isMany ? Infinity : 1,
    isEphemeral: false,
    isMutable: true,
  };
}

function read(of: Column, text: string): OvsdbValue {
  const reader = new JsonReader().reset(Buffer.from(text));
  const value = readColumn(reader, of);
  reader.expectEnd();
  return value;
}

const atoms: { readonly [Type in AtomType]: fc.Arbitrary<OvsdbAtom> } = {
  integer: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }),
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  boolean: fc.boolean(),
  string: fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed() && !text.includes('\0')),
  uuid: fc.uuid(),
};
const atomTypes = fc.constantFrom<AtomType>('integer', 'real', 'boolean', 'string', 'uuid');

const cells = fc.tuple(atomTypes, atomTypes).chain(([keyType, valueType]) => {
  const key = { type: keyType };
  const value = { type: valueType };
  const set = fc.uniqueArray(atoms[keyType]).map((items) => items.sort(compareAtoms));
  return fc.oneof(
    fc.record({ of: fc.constant(column('scalar', key)), cell: atoms[keyType] as fc.Arbitrary<OvsdbValue> }),
    fc.record({ of: fc.constant(column('optional', key)), cell: fc.option(atoms[keyType], { nil: undefined }) }),
    fc.record({ of: fc.constant(column('set', key)), cell: set }),
    fc.record({
      of: fc.constant(column('map', key, value)),
      cell: fc.tuple(set, fc.infiniteStream(atoms[valueType])).map(([keys, values]) => {
        return new Map(keys.map((name) => [name, values.next().value as OvsdbAtom]));
      }),
    }),
  );
});

test('what is written is read back the same, of any type', () => {
  fc.assert(
    fc.property(cells, ({ of, cell }) => {
      const text = stringifyJson(encodeColumn(of, cell, 'T.c'));
      assert.deepEqual(read(of, text), cell);
      assert.ok(isSameValue(read(of, text), cell));
    }),
    { numRuns: 1000 },
  );
});

test('sets come in ascending order, whatever the order on the wire', () => {
  assert.deepEqual(read(column('set', { type: 'string' }), '["set",["b","a","c"]]'), ['a', 'b', 'c']);
  assert.deepEqual(read(column('set', { type: 'integer' }), '["set",[10,9,100]]'), [9, 10, 100]);
});

test('maps come in ascending order of their keys', () => {
  const map = read(column('map', { type: 'string' }, { type: 'string' }), '["map",[["b","1"],["a","2"]]]');
  assert.deepEqual(
    [...(map as Map<string, string>)],
    [
      ['a', '2'],
      ['b', '1'],
    ],
  );
});

test('a set of one may come as a bare atom, and an atom as a set of one', () => {
  const uuid = 'b7e0c1c8-93a4-4b3e-8a43-0a0f0d4b5a5c';
  assert.deepEqual(read(column('set', { type: 'uuid' }), `["uuid","${uuid}"]`), [uuid]);
  assert.equal(read(column('optional', { type: 'uuid' }), `["set",[["uuid","${uuid}"]]]`), uuid);
  assert.equal(read(column('scalar', { type: 'string' }), '["set",["x"]]'), 'x');
});

test('what does not fit the column is refused, not bent', () => {
  const cases: [Column, string][] = [
    [column('scalar', { type: 'string' }), '["set",[]]'],
    [column('optional', { type: 'string' }), '["set",["a","b"]]'],
    [column('scalar', { type: 'integer' }), '1.5'],
    [column('scalar', { type: 'integer' }), '"1"'],
    [column('scalar', { type: 'boolean' }), 'null'],
    [column('scalar', { type: 'uuid' }), '"x"'],
    [column('set', { type: 'string' }), '["map",[]]'],
    [column('map', { type: 'string' }, { type: 'string' }), '["map",[["a","1"],["a","2"]]]'],
    [column('map', { type: 'string' }, { type: 'string' }), '["set",["a"]]'],
  ];
  for (const [of, text] of cases) assert.throws(() => read(of, text), OvsdbError, text);
});

test('values that the server would refuse, or take otherwise, are not written', () => {
  const cases: [Column, unknown][] = [
    [column('scalar', { type: 'string' }), undefined],
    [column('scalar', { type: 'string' }), null],
    [column('scalar', { type: 'string' }), 1],
    [column('scalar', { type: 'string' }), ['a']],
    [column('scalar', { type: 'string' }), 'a\0b'],
    [column('scalar', { type: 'string' }), '\ud800'],
    [column('scalar', { type: 'string', enum: new Set(['a', 'b']) }), 'c'],
    [column('scalar', { type: 'string', maxLength: 2 }), 'abc'],
    [column('scalar', { type: 'string', minLength: 1 }), ''],
    [column('scalar', { type: 'integer' }), 2 ** 53],
    [column('scalar', { type: 'integer' }), 2n ** 63n],
    [column('scalar', { type: 'integer' }), 1.5],
    [column('scalar', { type: 'integer' }), '1'],
    [column('scalar', { type: 'integer', minimum: 1, maximum: 10 }), 0],
    [column('scalar', { type: 'integer', minimum: 1, maximum: 10 }), 11],
    [column('scalar', { type: 'real' }), Number.NaN],
    [column('scalar', { type: 'real' }), Infinity],
    [column('scalar', { type: 'boolean' }), 'true'],
    [column('scalar', { type: 'uuid' }), 'x'],
    [column('scalar', { type: 'string' }), { ref: 'x' }],
    [column('scalar', { type: 'uuid' }), { ref: 'not a name' }],
    [column('set', { type: 'string' }), undefined],
    [column('set', { type: 'string' }), 'a'],
    [column('set', { type: 'string' }), [undefined]],
    [{ ...column('set', { type: 'string' }), min: 1 }, []],
    [{ ...column('set', { type: 'string' }), max: 2 }, ['a', 'b', 'c']],
    [column('map', { type: 'string' }, { type: 'string' }), {}],
    [column('map', { type: 'string' }, { type: 'string' }), new Map([['a', undefined]])],
  ];
  for (const [of, value] of cases) {
    assert.throws(() => encodeColumn(of, value as string, 'T.c'), { code: 'bad-value' }, `${of.kind} ${String(value)}`);
  }
});

test('a string is measured in characters, not in UTF-16 code units', () => {
  const of = column('scalar', { type: 'string', maxLength: 2 });
  assert.equal(encodeColumn(of, '\u{1f600}\u{1f600}', 'T.c'), '\u{1f600}\u{1f600}');
});

test('defaults have the shape of their column', () => {
  assert.equal(defaultValue(column('scalar', { type: 'integer' })), 0);
  assert.equal(defaultValue(column('optional', { type: 'integer' })), undefined);
  assert.deepEqual(defaultValue({ ...column('set', { type: 'string' }), min: 1 }), ['']);
  assert.deepEqual(defaultValue(column('map', { type: 'string' }, { type: 'string' })), new Map());
});
