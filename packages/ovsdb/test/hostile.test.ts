/**
 * What a hostile or broken peer sends over a real socket: each ends the connection with an error that says what was
 * wrong and where, changes nothing in the replica, and the session goes on with the next connection.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ConnectOptions, OvsdbError } from '../src/index.ts';
import { ScriptedServer } from '../src/testing/index.ts';
import { connectTo, contentOf, librarySchema, next } from './library.ts';

// Shows W3, R6 of docs/spec/replica.md.

const schema = JSON.parse(readFileSync(librarySchema, 'utf8'));
const uuid = '00000000-0000-4000-8000-000000000001';
const txn = '10000000-0000-4000-8000-000000000001';
const update = (rows: string) =>
  `{"method":"update3","id":null,"params":["monitor Library","${txn}",{"Shelf":${rows}}]}`;
const rowOf = (cells: string) => update(`{"${uuid}":{"modify":${cells}}}`);
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

async function assertLeft(
  bytes: string | Buffer,
  code: OvsdbError['code'],
  what: RegExp,
  options: Partial<ConnectOptions> = {},
): Promise<void> {
  await using server = await ScriptedServer.start((method, params) => {
    if (method === 'get_schema') {
      if (params[0] === '_Server') throw 'unknown database';
      return schema;
    }
    if (method !== 'monitor_cond_since') return undefined;
    return [false, txn, { Shelf: { [uuid]: { initial: { name: 'a', visits: 1 } } } }];
  });
  await using client = await connectTo(server.endpoint, options);
  const before = contentOf(client);
  let updates = 0;
  client.on('update', () => updates++);
  const disconnected = next(client, 'disconnected') as Promise<{ reason: OvsdbError }>;
  const reconnected = next(client, 'reconnected');
  server.connections[0]?.sendBytes(bytes);
  const { reason } = await disconnected;
  assert.equal(reason.code, code, reason.message);
  assert.match(reason.message, what);
  assert.ok(reason.message.includes(server.endpoint), 'it names the peer');
  await reconnected;
  assert.deepEqual(contentOf(client), before);
  assert.equal(updates, 0);
  assert.equal((Object.prototype as Record<string, unknown>).polluted, undefined);
}

const cases: [string, string | Buffer, OvsdbError['code'], RegExp][] = [
  [
    'a value nested too deep in a row',
    rowOf(`{"name":${nested(100)}}`),
    'malformed-message',
    /at \.params\[2\]\.Shelf.*nested deeper than 64/,
  ],
  [
    'a message nested too deep',
    `{"id":null,"method":"x","params":${nested(5000)}}`,
    'malformed-message',
    /\.params.*nested deeper than 64/,
  ],
  [
    'bad UTF-8 in a string',
    Buffer.concat([
      Buffer.from(rowOf('{"name":"~"}').split('~')[0] ?? ''),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}}}]}'),
    ]),
    'malformed-message',
    /Shelf.*column Shelf\.name: bad string/,
  ],
  [
    'half of a surrogate pair',
    rowOf('{"name":"\\ud800"}'),
    'malformed-message',
    /column Shelf\.name: half of a surrogate pair/,
  ],
  ['a control character in a string', rowOf('{"name":"a\nb"}'), 'malformed-message', /column Shelf\.name: bad string/],
  [
    '"__proto__" as a member of a message',
    '{"__proto__":{"polluted":1},"id":null,"method":"x","params":[]}',
    'malformed-message',
    /message \d+ .*hostile key "__proto__"/,
  ],
  [
    '"__proto__" as a table',
    update('{}').replace('"Shelf"', '"__proto__"'),
    'malformed-message',
    /\.params\[2\].*hostile key "__proto__"/,
  ],
  [
    '"__proto__" as a row',
    update('{"__proto__":{"insert":{"name":"b"}}}'),
    'malformed-message',
    /Shelf.*hostile key "__proto__"/,
  ],
  [
    '"__proto__" deep inside',
    '{"id":null,"method":"x","params":[[[[[{"__proto__":{"polluted":1}}]]]]]}',
    'malformed-message',
    /hostile key "__proto__"/,
  ],
  ['a member that comes twice', '{"id":null,"id":null,"method":"x","params":[]}', 'malformed-message', /duplicate key/],
  [
    'a table that comes twice',
    update('{}').replace('"Shelf":{}', '"Shelf":{},"Shelf":{}'),
    'malformed-message',
    /\.params\[2\]\.Shelf: duplicate key/,
  ],
  ['a column that comes twice', rowOf('{"name":"b","name":"c"}'), 'malformed-message', /Shelf.*duplicate key "name"/],
  [
    'a row that comes twice',
    update(`{"${uuid}":{"modify":{"name":"b"}},"${uuid}":{"modify":{"name":"c"}}}`),
    'protocol-error',
    /Shelf .*comes twice/,
  ],
  [
    'a change that comes twice',
    update(`{"${uuid}":{"modify":{"name":"b"},"modify":{"name":"c"}}}`),
    'malformed-message',
    /Shelf.*"modify" too much/,
  ],
  ['a row without a uuid', update('{"x":{"insert":{"name":"b"}}}'), 'malformed-message', /must be a uuid, not "x"/],
  [
    'a number that no double holds',
    rowOf('{"weight":1e999}'),
    'malformed-message',
    /column Shelf\.weight: number 1e999 out of range/,
  ],
  [
    'a fraction where an integer belongs',
    rowOf('{"visits":1.5}'),
    'malformed-message',
    /column Shelf\.visits: 1\.5 is not an integer/,
  ],
  ['a table that is not monitored', update('{}').replace('"Shelf"', '"Robot"'), 'protocol-error', /table Robot/],
  ['a message that is no object', '[1]', 'malformed-message', /a message must be an object, not "\["/],
  ['brackets that do not match', '{"id":null,"method":"x","params":[}', 'malformed-message', /\.params.*not "}"/],
];

for (const [name, bytes, code, what] of cases) {
  test(`${name} ends the connection, with what and where`, () => assertLeft(bytes, code, what));
}

test('a message larger than the limit ends the connection before it is whole', () =>
  assertLeft(`{"id":null,"method":"x","params":["${'x '.repeat(3000)}`, 'message-too-large', /limit of 5000 bytes/, {
    limits: { maxMessageBytes: 5000 },
  }));

test('a value larger than the limit ends the connection before it is whole', () =>
  assertLeft(
    `{"id":null,"method":"x","params":["${'x'.repeat(9000)}`,
    'message-too-large',
    /\.params.*limit of 8000 bytes/,
    {
      limits: { maxItemBytes: 8000 },
    },
  ));
