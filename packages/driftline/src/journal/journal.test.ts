import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { DeleteChange } from '../diff/change.ts';
import { makePlan } from '../plan/plan.ts';
import { Journal } from './journal.ts';

const change: DeleteChange = {
  action: 'delete',
  reason: 'orphan',
  table: 'Logical_Switch_Port',
  key: 'p',
  uuid: 'u',
  resource: { type: 'ports', id: 'p' },
  unit: { type: 'ports', id: 'p' },
  proof: 'its mark',
  listedIn: [],
  before: { name: 'p', external_ids: { map: [['neutron:port_name', 'web']] } },
};
const plan = makePlan({
  release: 'zed',
  createdAtMs: 1,
  changes: [change],
  ownedRows: 1,
  gatewayPorts: 0,
  revisionOf: () => undefined,
  uuidOf: () => undefined,
});
const [transaction] = plan.transactions;
assert.ok(transaction);

describe('the journal', () => {
  it('tells what is about to be written, with the row as it was, before the outcome is known', () => {
    using journal = new Journal(':memory:');
    journal.begin(plan, 'repair', 10).start(plan.transactions, 11);
    const [entry] = journal.entries(10);
    assert.equal(entry?.state, 'pending');
    assert.deepEqual(entry?.changes, [change]);
    assert.equal(entry?.endedAtMs, undefined);
  });

  it('closes an entry with its outcome and why', () => {
    using journal = new Journal(':memory:');
    const run = journal.begin(plan, 'repair', 10);
    run.start(plan.transactions, 11);
    run.end([{ transaction, is: 'stale', why: 'a row changed' }], 12);
    const [entry] = journal.entries(10);
    assert.deepEqual([entry?.state, entry?.detail, entry?.endedAtMs], ['stale', 'a row changed', 12]);
  });

  it('keeps what was written before the process died', () => {
    const folder = mkdtempSync(join(tmpdir(), 'driftline-journal-'));
    try {
      const file = join(folder, 'made', 'journal.db');
      const first = new Journal(file);
      first.begin(plan, 'run', 10).start(plan.transactions, 11);
      first[Symbol.dispose]();
      using second = new Journal(file);
      assert.equal(second.entries(10)[0]?.state, 'pending');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
