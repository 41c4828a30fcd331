import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
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

  it('forgets what is old, some at a time, and keeps the runs whose entries are left', () => {
    const folder = mkdtempSync(join(tmpdir(), 'driftline-journal-'));
    try {
      const file = join(folder, 'journal.db');
      using journal = new Journal(file);
      // A long run of a daemon, and a command that ran beside it.
      const long = journal.begin(plan, 'run', 10);
      const short = journal.begin(plan, 'repair', 20);
      for (const atMs of [11, 12]) long.start(plan.transactions, atMs);
      short.start(plan.transactions, 21);
      long.start(plan.transactions, 100);
      assert.equal(journal.prune(50, 2), 2);
      assert.equal(journal.prune(50, 2), 1);
      assert.equal(journal.prune(50, 2), 0);
      assert.deepEqual(
        journal.entries(10).map(({ startedAtMs }) => startedAtMs),
        [100],
      );
      using db = new DatabaseSync(file, { readOnly: true });
      assert.deepEqual(
        db
          .prepare('SELECT command FROM runs')
          .all()
          .map(({ command }) => command),
        ['run'],
      );
      assert.equal(journal.prune(1000), 1);
      assert.equal(db.prepare('SELECT count(*) AS count FROM runs').get()?.count, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
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
