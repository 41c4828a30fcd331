import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OvsdbError } from '../errors.ts';
import { type JsonObject, stringifyJson } from './json-value.ts';
import { MessageDecoder, type MessageDecoderOptions, RowBatch } from './message-decoder.ts';

// Shows W1, W2 of docs/spec/replica.md.

function decode(chunks: readonly (string | Buffer)[], options: Partial<MessageDecoderOptions> = {}): JsonObject[] {
  const messages: JsonObject[] = [];
  const decoder = new MessageDecoder({ onMessage: (message) => messages.push(message), ...options });
  for (const chunk of chunks) decoder.push(Buffer.from(chunk));
  return messages;
}

/** Cuts bytes at the given places, which may fall inside a character. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ordered = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ordered.slice(1).map((end, index) => bytes.subarray(ordered[index], end));
}

const plain = (value: unknown) => JSON.parse(stringifyJson(value));
const messages = fc
  .array(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }), { minLength: 1, maxLength: 4 })
  // As a key it is refused; a test of its own shows that.
  .filter((list) => !JSON.stringify(list).includes('"__proto__":'));
const places = fc.array(fc.nat(), { maxLength: 20 });

test('any cutting of the bytes gives the same messages', () => {
  fc.assert(
    fc.property(messages, places, fc.constantFrom('', '\n', ' '), (expected, cuts, space) => {
      const bytes = Buffer.from(expected.map((message) => JSON.stringify(message)).join(space));
      assert.deepEqual(plain(decode(cut(bytes, cuts))), plain(expected));
    }),
    { numRuns: 500 },
  );
});

test('one byte at a time gives the same messages', () => {
  const expected = { id: 1, result: { é: ['\\"}]', '\u{1f600}', -1.5e3, true, null, {}, []] }, error: null };
  const bytes = Buffer.from(JSON.stringify(expected));
  assert.deepEqual(plain(decode([...bytes].map((byte) => Buffer.of(byte)))), [expected]);
});

test('rows go to the decoder of their table, one by one, wherever the bytes are cut', () => {
  const updates = { T: { u1: { initial: { c: 'é"]}' } }, u2: { initial: {} } }, Other: { u3: { initial: {} } }, E: {} };
  const shapes = [
    { id: 3, error: null, result: updates },
    { id: 3, error: null, result: [true, 'txn', updates] },
    { method: 'update3', id: null, params: ['m', 'txn', updates] },
    { method: 'update', id: null, params: ['m', updates] },
  ];
  fc.assert(
    fc.property(fc.constantFrom(...shapes), places, (message, cuts) => {
      const seen: unknown[] = [];
      const decoded = decode(cut(Buffer.from(JSON.stringify(message)), cuts), {
        rowDecoderFor: (table, monitorId) => {
          assert.equal(monitorId, 'method' in message ? 'm' : undefined);
          return table === 'Other' ? undefined : (reader, uuid) => seen.push([table, uuid, plain(reader.readValue())]);
        },
      });
      assert.deepEqual(seen, [
        ['T', 'u1', updates.T.u1],
        ['T', 'u2', updates.T.u2],
      ]);
      const [only] = decoded;
      const place = only?.result ?? only?.params;
      const found = (Array.isArray(place) ? place.at(-1) : place) as Record<string, unknown>;
      assert.ok(found.T instanceof RowBatch && found.E instanceof RowBatch);
      assert.deepEqual([found.T.rows.length, found.E.rows.length], [2, 0]);
      assert.deepEqual(plain(found.Other), updates.Other);
    }),
  );
});

test('the time it takes grows with the bytes, not with the number of chunks times the bytes', () => {
  const row = (index: number) => `"u${index}":{"initial":{"c":"${'x'.repeat(200)}"}}`;
  const text = `{"id":1,"error":null,"result":{"T":{${Array.from({ length: 5000 }, (_, index) => row(index)).join(',')}}}}`;
  let reads = 0;
  const decoded = decode(
    cut(
      Buffer.from(text),
      Array.from({ length: 20_000 }, (_, index) => index * 53),
    ),
    {
      rowDecoderFor: () => (reader) => {
        const { position, end } = reader;
        try {
          const value = reader.readValue();
          reads += reader.position - position;
          return value;
        } catch (error) {
          reads += end - position;
          throw error;
        }
      },
    },
  );
  assert.equal(decoded.length, 1);
  assert.ok(reads < 2 * text.length, `row decoders looked at ${reads} bytes, of ${text.length} received`);
});

function isError(code: OvsdbError['code'], pattern: RegExp) {
  return (error: unknown) => error instanceof OvsdbError && error.code === code && pattern.test(error.message);
}

test('malformed messages are refused, saying where', () => {
  const cases: [string, RegExp][] = [
    ['[1]', /a message must be an object/],
    ['{"a" 1}', /expected ":"/],
    ['{"a":1]', /expected "," or the end of the object/],
    ['{"a":[1,]}', /\.a\[1\].*expected a value/],
    ['{"a":1,}', /expected a key/],
    ['{"a":[1 2]}', /expected "," or the end of the array/],
    ['{"a":1,"a":2}', /duplicate key/],
    ['{"a":{"b":{"c":{"d":{"e":{"x":1,"x":2}}}}}}', /\.a\.b\.c\.d\.e.*duplicate key/],
    ['{"a":tru}', /expected a value/],
    ['{"a":01}', /expected a number/],
    ['{"a":[[[[[[}]]]]]]}', /expected a value/],
  ];
  for (const [text, pattern] of cases) {
    assert.throws(() => decode([text]), isError('malformed-message', pattern), text);
  }
});

test('nothing is decoded after a malformed message', () => {
  const seen: JsonObject[] = [];
  const decoder = new MessageDecoder({ onMessage: (message) => seen.push(message) });
  assert.throws(() => decoder.push(Buffer.from('{"a":1}x')));
  assert.throws(() => decoder.push(Buffer.from('{"b":1}')), isError('malformed-message', /must be an object/));
  assert.deepEqual(plain(seen), [{ a: 1 }]);
});

test('messages and items beyond the limits are refused before they are held in memory', () => {
  const long = `{"a":"${'x'.repeat(500)}","b":1}`;
  assert.throws(() => decode([long], { limits: { maxItemBytes: 100 } }), isError('message-too-large', /100 bytes/));
  const wide = `{"a":[${'1,'.repeat(500)}1]}`;
  assert.throws(() => decode([wide], { limits: { maxMessageBytes: 100 } }), isError('message-too-large', /100 bytes/));
  const deep = `{"a":${'['.repeat(70)}`;
  assert.throws(() => decode([deep]), isError('malformed-message', /nested deeper than 64/));
});

test('each message counts for itself against the limit', () => {
  const message = `{"a":"${'x'.repeat(80)}"}`;
  assert.equal(decode(Array(10).fill(message), { limits: { maxMessageBytes: 100 } }).length, 10);
  assert.equal(decode([message.repeat(10)], { limits: { maxMessageBytes: 100 } }).length, 10);
});

test('"__proto__" as a key is refused, at any level, and pollutes nothing', () => {
  const hostile = '{"__proto__":{"polluted":1}}';
  const messages = [
    hostile,
    `{"a":${hostile}}`,
    `{"a":{"b":{"c":{"d":{"e":${hostile}}}}}}`,
    `{"a":[[[[[[${hostile}]]]]]]}`,
  ];
  for (const message of messages) {
    assert.throws(() => decode([message]), { code: 'malformed-message', message: /hostile key "__proto__" at byte/ });
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});
