import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type RawBuilder, sql } from 'kysely';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { look } from '../../src/reconcile/reconcile.ts';
import { attemptTask, whyOf } from '../../src/tasks/attempt.ts';
import { findTask } from '../../src/tasks/catalogue/catalogue.ts';
import { databaseIdentity } from '../../src/tasks/fingerprint.ts';
import { Ledger } from '../../src/tasks/ledger.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';

/** The tasks that write SQL: how to break what they keep, and how many rows each mends. */
const BROKEN: readonly (readonly [task: string, statements: readonly RawBuilder<unknown>[], changed: number])[] = [
  ['update_router_distributed_flag', [sql`update router_extra_attributes set distributed = false`], 2],
  ['add_provider_resource_association_to_routers', [sql`delete from providerresourceassociations`], 2],
  ['create_router_extra_attributes_registers', [sql`delete from router_extra_attributes`], 2],
  ['cleanup_old_hash_ring_nodes', [sql`update ovn_hash_ring set updated_at = '2020-01-01 00:00:00'`], 1],
];

describe('tasks that write SQL', () => {
  for (const engine of ['mariadb', 'postgresql'] as const) {
    it(`mend it on ${engine}, and find nothing more`, async () => {
      await using opened = await openGoldenDeployment('2026.1', { engine, writable: true });
      const { deployment } = opened;
      await deployment.northbound.takeLock();
      await using neutron = openWritable(deployment.config.database.url);
      using journal = new Journal(':memory:');
      using ledger = new Ledger(':memory:', databaseIdentity(deployment));
      for (const [name, statements, changed] of BROKEN) {
        const task = findTask(name) ?? assert.fail(`there is no task ${name}`);
        for (const statement of statements) await neutron.write((transaction) => transaction.change(statement));
        const tools = {
          deployment,
          journal,
          neutron,
          ledger,
          limits: undefined,
          look: () => look(deployment),
          version: 'test',
        };
        const first = await attemptTask(task, tools);
        assert.deepEqual(first, { is: 'done', changed }, `${name}: ${whyOf(first)}`);
        assert.deepEqual(await attemptTask(task, tools), { is: 'done', changed: 0 });
      }
    });
  }
});
