import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OvsdbError } from '../errors.ts';
import { JsonReader } from './json-reader.ts';
import { stringifyJson } from './json-value.ts';

/** "__proto__" as a key is refused; a test of its own shows that. */
const acceptable = fc.json().filter((text) => !text.includes('"__proto__":'));

function read(text: string | Buffer): unknown {
  const reader = new JsonReader().reset(Buffer.from(text));
  const value = reader.readValue();
  reader.expectEnd();
  return value;
}

/** Objects without prototypes become plain ones, for comparison. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(stringifyJson(value));
}

function isMalformed(pattern: RegExp) {
  return (error: unknown) =>
    error instanceof OvsdbError && error.code === 'malformed-message' && pattern.test(error.message);
}

test('reads any JSON as JSON.parse does', () => {
  fc.assert(
    fc.property(acceptable, fc.constantFrom('', ' ', '\n\t'), (text, space) => {
      assert.deepEqual(plain(read(space + text + space)), JSON.parse(text));
    }),
  );
});

test('reads strings of any characters, escaped or not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(text.isWellFormed());
      assert.equal(read(JSON.stringify(text)), text);
    }),
  );
});

test('refuses what JSON.parse refuses', () => {
  const noise = fc.stringMatching(/^[\][{}",:0-9a-e.+\-\\u \n]{1,12}$/);
  fc.assert(
    fc.property(noise, (text) => {
      let expected: { value: unknown } | undefined;
      try {
        expected = { value: JSON.parse(text) };
      } catch {
        expected = undefined;
      }
      if (expected === undefined) assert.throws(() => read(text), OvsdbError);
    }),
    { numRuns: 2000 },
  );
});

test('keeps integers beyond 2^53 exactly', () => {
  assert.equal(read('9007199254740991'), 9007199254740991);
  assert.equal(read('9007199254740993'), 9007199254740993n);
  assert.equal(read('-9223372036854775808'), -9223372036854775808n);
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      assert.equal(BigInt(read(String(value)) as number | bigint), value);
    }),
  );
});

test('writes integers beyond 2^53 exactly', () => {
  assert.equal(stringifyJson({ big: 9223372036854775807n }), '{"big":9223372036854775807}');
});

test('refuses duplicate keys, saying where', () => {
  assert.throws(() => read('{"a":1,"b":2,"a":3}'), isMalformed(/duplicate key "a" at byte/));
});

test('refuses "__proto__" as a key, and takes "constructor" for one like any other', () => {
  assert.throws(() => read('{"__proto__":{"polluted":true}}'), isMalformed(/hostile key "__proto__" at byte/));
  assert.throws(() => read('{"__pro\\u0074o__":{"polluted":true}}'), isMalformed(/hostile key/));
  assert.deepEqual(Object.keys(read('{"constructor":1}') as object), ['constructor']);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('refuses bad UTF-8 and halves of surrogate pairs', () => {
  assert.throws(() => read(Buffer.from([0x22, 0xc3, 0x28, 0x22])), isMalformed(/bad string/));
  assert.throws(() => read('"\\ud800"'), isMalformed(/surrogate/));
});

test('refuses nesting beyond the limit instead of overflowing the stack', () => {
  assert.throws(() => read('['.repeat(100_000)), isMalformed(/nested deeper than 64/));
});

test('refuses numbers too large for a double', () => {
  assert.throws(() => read('1e999'), isMalformed(/out of range/));
});
