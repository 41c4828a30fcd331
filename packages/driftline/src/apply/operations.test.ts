import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Change, CreateChange, DeleteChange } from '../diff/change.ts';
import { buildOperations } from './operations.ts';

const resource = { type: 'ports', id: 'p' } as const;
const create: CreateChange = {
  action: 'create',
  reason: 'missing',
  table: 'QoS',
  key: 'new',
  resource,
  unit: resource,
  values: {
    direction: { is: 'value', value: 'to-lport' },
    priority: { is: 'value', value: 2002 },
    match: { is: 'value', value: 'm' },
  },
  listedIn: [{ table: 'Logical_Switch', column: 'qos_rules', key: 'there' }],
};
const remove: DeleteChange = {
  action: 'delete',
  reason: 'orphan',
  table: 'QoS',
  key: 'old',
  uuid: 'old-uuid',
  resource,
  unit: resource,
  proof: 'its mark',
  listedIn: [],
  before: { match: 'm' },
};

const build = (changes: readonly Change[]) =>
  buildOperations(
    changes,
    { uuidOf: () => 'switch-uuid' },
    { lock: 'the lock', comment: 'why', kindOf: (_table, column) => (column === 'qos_rules' ? 'set' : 'scalar') },
  );

describe('the operations of a transaction', () => {
  it('are the lock, the guards of what is there, the deletions, then what is new with its guards', () => {
    const { operations, insertions } = build([create, remove]);
    assert.deepEqual(
      operations.map(({ op }) => op),
      ['assert', 'wait', 'delete', 'wait', 'insert', 'wait', 'mutate', 'comment'],
    );
    assert.deepEqual(insertions, [{ operationIndex: 4, table: 'QoS', key: 'new' }]);
  });
});
