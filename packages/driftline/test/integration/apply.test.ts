import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { applyPlan } from '../../src/apply/apply.ts';
import { createOvnDatabase, type OvsdbServer, startOvsdbServer } from '../../src/demo/ovsdb-server.ts';
import type { CreateChange } from '../../src/diff/change.ts';
import { NorthboundSession } from '../../src/northbound/session.ts';
import type { Plan } from '../../src/plan/plan.ts';

const run = promisify(execFile);

async function withNorthbound(use: (server: OvsdbServer) => Promise<void>): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'driftline-apply-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const databaseFile = join(folder, 'nb.db');
  await createOvnDatabase(databaseFile, 'northbound');
  await use(stack.use(await startOvsdbServer({ databaseFile, socketFile: join(folder, 'nb.sock') })));
}

function addressSet(name: string): CreateChange {
  const resource = { type: 'address_groups', id: name } as const;
  return {
    action: 'create',
    reason: 'missing',
    table: 'Address_Set',
    key: name,
    resource,
    unit: resource,
    values: { name: { is: 'value', value: name } },
    listedIn: [],
  };
}

const planOf = (changes: readonly CreateChange[]): Plan => ({
  release: 'zed',
  createdAtMs: 0,
  ownedRows: 0,
  gatewayPorts: 0,
  references: {},
  transactions: changes.map((change) => ({ unit: change.unit, changes: [change], revisions: [] })),
});

async function applyTo(server: OvsdbServer, plan: Plan) {
  const remote = { endpoints: [server.endpoint], tls: undefined };
  const settings = {
    northbound: remote,
    southbound: remote,
    connectionTimeoutS: 10,
    retryMaxIntervalS: 1,
    probeIntervalMs: 0,
  };
  await using session = await NorthboundSession.open(settings, { writable: true });
  let transactions = 0;
  const writer = {
    kindOf: session.kindOf,
    signature: session.signature,
    transact: (operations: Parameters<typeof session.transact>[0]) => {
      transactions++;
      return session.transact(operations);
    },
  };
  const outcomes = await applyPlan(plan, writer, { lock: undefined });
  return { outcomes, transactions };
}

const names = async (server: OvsdbServer): Promise<string[]> => {
  const { stdout } = await run('ovn-nbctl', [
    `--db=${server.endpoint}`,
    '--bare',
    '--columns=name',
    'list',
    'Address_Set',
  ]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
};

const many = Array.from({ length: 150 }, (_, index) => `set${String(index).padStart(3, '0')}`);

describe('applying a plan', () => {
  it('writes units that only create rows many at once', () =>
    withNorthbound(async (server) => {
      const { outcomes, transactions } = await applyTo(server, planOf(many.map(addressSet)));
      assert.deepEqual(
        outcomes.map(({ is, transaction }) => [is, transaction.unit.id]),
        many.map((name) => ['applied', name]),
      );
      assert.deepEqual(await names(server), many);
      assert.ok(transactions < 10, `${transactions} transactions`);
    }));

  it('lets one bad unit cost the others nothing', () =>
    withNorthbound(async (server) => {
      await run('ovn-nbctl', [`--db=${server.endpoint}`, 'create', 'Address_Set', 'name=set070']);
      const { outcomes } = await applyTo(server, planOf(many.map(addressSet)));
      const failed = outcomes.filter(({ is }) => is !== 'applied');
      assert.deepEqual(
        failed.map(({ is, transaction }) => [is, transaction.unit.id]),
        [['refused', 'set070']],
      );
      assert.deepEqual(await names(server), many);
    }));
});
