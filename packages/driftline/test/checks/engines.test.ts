import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type RawBuilder, sql } from 'kysely';
import { findCheck } from '../../src/checks/catalogue/catalogue.ts';
import { toTask } from '../../src/checks/to-task.ts';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { look } from '../../src/reconcile/reconcile.ts';
import { attemptTask, whyOf } from '../../src/tasks/attempt.ts';
import { databaseIdentity } from '../../src/tasks/fingerprint.ts';
import { Ledger } from '../../src/tasks/ledger.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';

/** The checks that write SQL: how to break what they keep, how many findings that makes, and how it should end. */
interface Broken {
  readonly check: string;
  readonly state: RawBuilder<unknown>;
  readonly findings: number;
  readonly left: RawBuilder<{ readonly left_over: number | string }>;
}

const BROKEN: readonly Broken[] = [
  {
    check: 'port-status',
    state: sql`update ports set status = 'ACTIVE' where device_owner = 'compute:nova' and id < '2'`,
    findings: 5,
    left: sql`select count(*) as left_over from ports where device_owner = 'compute:nova' and status = 'ACTIVE'`,
  },
  {
    check: 'virtual-ports',
    state: sql`update ml2_port_bindings set host = 'elsewhere' where vif_type = 'unbound' and vnic_type = 'normal'
      and port_id in (select id from ports where name = 's-vip0')`,
    findings: 1,
    left: sql`select count(*) as left_over from ml2_port_bindings where host = 'elsewhere'`,
  },
  {
    check: 'segment-hosts',
    state: sql`insert into segmenthostmappings (segment_id, host)
      select segment_id, 'elsewhere' from segmenthostmappings where host = 'cmp-1.example.org'`,
    findings: 1,
    left: sql`select count(*) as left_over from segmenthostmappings where host = 'elsewhere'`,
  },
];

describe('checks that write SQL', () => {
  for (const engine of ['mariadb', 'postgresql'] as const) {
    it(`mend it on ${engine}, and find nothing more`, async () => {
      await using opened = await openGoldenDeployment('2026.1', { engine, writable: true });
      const { deployment } = opened;
      await deployment.northbound.takeLock();
      await using neutron = openWritable(deployment.config.database.url);
      using journal = new Journal(':memory:');
      using ledger = new Ledger(':memory:', databaseIdentity(deployment));
      const tools = {
        deployment,
        journal,
        neutron,
        ledger,
        limits: undefined,
        look: () => look(deployment),
        version: 'test',
      };
      for (const { check, state, findings, left } of BROKEN) {
        const task = toTask(findCheck(check) ?? assert.fail(`there is no check ${check}`), 'repair');
        await neutron.write((transaction) => transaction.change(state));
        const first = await attemptTask(task, tools);
        assert.equal(first.is, 'done', `${check}: ${whyOf(first)}`);
        assert.equal(ledger.read(check)?.details.length, findings, check);
        const [row] = await neutron.write(({ query }) => query(left));
        assert.equal(Number(row?.left_over), 0, check);
        assert.deepEqual(await attemptTask(task, tools), { is: 'done', changed: 0 });
      }
    });
  }
});
