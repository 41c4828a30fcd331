import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OvsdbError } from '../errors.ts';
import { parseSchema } from '../schema/parse-schema.ts';
import { op } from './operations.ts';
import { decodeResults } from './results.ts';

const schema = parseSchema({ name: 'D', tables: { T: { columns: { n: { type: 'integer' } } } } });
const operations = [op.insert('T', { n: 1 }), op.delete('T', [['n', '==', 2]])];
const inserted = { uuid: ['uuid', '00000000-0000-4000-8000-000000000001'] };

test('each error of the server becomes a code that says what became of the transaction', () => {
  const cases = [
    ['timed out', 'wait-failed'],
    ['not owner', 'not-owner'],
    ['not allowed', 'not-allowed'],
    ['permission error', 'not-allowed'],
    ['constraint violation', 'constraint-violation'],
    ['referential integrity violation', 'referential-integrity-violation'],
    ['duplicate uuid', 'duplicate-uuid'],
    ['duplicate uuid-name', 'duplicate-uuid'],
    ['domain error', 'arithmetic-error'],
    ['range error', 'arithmetic-error'],
    ['resources exhausted', 'resources-exhausted'],
    ['I/O error', 'io-error'],
    ['unknown table', 'unknown-table'],
    ['unknown column', 'unknown-column'],
    ['unknown database', 'unknown-database'],
    ['cluster error', 'unknown-outcome'],
    ['aborted', 'operation-failed'],
    ['something new', 'operation-failed'],
  ] as const;
  for (const [error, code] of cases) {
    const reply = [inserted, { error, details: 'because' }];
    assert.throws(
      () => decodeResults(schema, operations, reply),
      (thrown) => {
        assert.ok(thrown instanceof OvsdbError);
        assert.deepEqual(
          [thrown.code, thrown.operationIndex, thrown.ovsdbError, thrown.details],
          [code, 1, error, 'because'],
        );
        assert.match(thrown.message, /operation 1 \(delete T\) failed/);
        return true;
      },
    );
  }
});

test('an error after the last operation is that of the commit', () => {
  const reply = [inserted, { count: 0 }, { error: 'referential integrity violation' }];
  assert.throws(() => decodeResults(schema, operations, reply), { operationIndex: 2, message: /commit failed/ });
});

test('a reply that is neither all results nor an error is malformed', () => {
  for (const reply of [{}, [inserted], [inserted, null], [{}, { count: 0 }], [inserted, 1]]) {
    assert.throws(() => decodeResults(schema, operations, reply as never), { code: 'protocol-error' });
  }
});
