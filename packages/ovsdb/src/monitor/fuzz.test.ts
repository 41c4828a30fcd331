import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { OvsdbError } from '../errors.ts';
import { ReplicaStore } from '../replica/replica.ts';
import { RowShape } from '../replica/row.ts';
import { parseSchema } from '../schema/parse-schema.ts';
import { RpcConnection } from '../wire/rpc-connection.ts';
import { Monitor } from './monitor.ts';

const schema = parseSchema({
  name: 'D',
  tables: {
    T: {
      columns: {
        name: { type: 'string' },
        ref: { type: { key: 'uuid', min: 0 } },
        numbers: { type: { key: 'integer', min: 0, max: 'unlimited' } },
        ids: { type: { key: 'string', value: 'string', min: 0, max: 'unlimited' } },
      },
    },
  },
});
const uuid = '5a0bd9c3-07b6-4ab4-8d4c-57d53ba9d0a1';
const traffic = [
  `{"id":1,"error":null,"result":[false,"${uuid}",{"T":{"${uuid}":{"initial":{"name":"a\\u00e9","numbers":["set",[1,2]],"ref":["uuid","${uuid}"],"ids":["map",[["k","v"]]]}}}}]}`,
  `{"id":null,"method":"update3","params":["monitor D","${uuid}",{"T":{"${uuid}":{"modify":{"numbers":["set",[2,3]],"ids":["map",[["k","w"],["l","x"]]]}}}}]}`,
  `{"id":null,"method":"update2","params":["monitor D",{"T":{"${uuid}":{"delete":null}}}]}`,
  `{"id":"echo","method":"echo","params":[]}`,
].join('');

const tokens = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '__proto__',
  'null',
  '1e400',
  '-',
  '\\',
  '\u0000',
  'T',
  uuid,
  '99999999999999999999',
];
const mutations = fc.array(
  fc.record({
    place: fc.nat(traffic.length),
    drop: fc.nat(4),
    add: fc.oneof(fc.constantFrom(...tokens), fc.string({ maxLength: 3 })),
  }),
  { minLength: 1, maxLength: 4 },
);

test('whatever a server sends, it ends as updates or as an error of the connection, and pollutes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(mutations, async (steps) => {
      let text = traffic;
      for (const { place, drop, add } of steps) text = text.slice(0, place) + add + text.slice(place + drop);
      const replica = new ReplicaStore();
      replica.define('T', { byName: 'name' });
      const monitor = new Monitor('D', replica);
      const table = schema.tables.get('T');
      assert.ok(table);
      monitor.setShapes(new Map([['T', new RowShape(table, [...table.columns.keys()])]]));
      const stream = new PassThrough();
      stream.write = () => true;
      const connection = new RpcConnection(stream, {
        name: 'fuzz',
        rowDecoderFor: (name) => monitor.decoderFor(name),
        onNotification: (method, params) => void monitor.takeNotification(method, params),
      });
      const started = monitor.start(connection, () => {}, { timeoutMs: 1_000 }).catch((error: unknown) => error);
      stream.emit('data', Buffer.from(text));
      connection.close(new OvsdbError('closed', 'over'));
      const failure = await started;
      assert.ok(failure === undefined || failure instanceof OvsdbError, String(failure));
      const { cause } = await connection.closed;
      assert.ok(cause === undefined || cause instanceof OvsdbError, String(cause));
      assert.deepEqual(Object.keys(Object.prototype), []);
    }),
    { numRuns: 3000 },
  );
});
