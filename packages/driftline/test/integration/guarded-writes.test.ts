import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { OvsdbClient, OvsdbError, op, type ReplicaRow } from '@driftline/ovsdb';
import { MAINTENANCE_LOCK } from '../../src/northbound/session.ts';
import { plan } from '../../src/reconcile/reconcile.ts';
import { Bench } from '../campaigns/bench.ts';
import { comparePictures } from '../campaigns/picture.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';

describe('a guarded write', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.open('2026.1', { withForeignRows: false });
  });
  after(() => bench[Symbol.asyncDispose]());

  const router = (): ReplicaRow => {
    const [row] = bench.view().rows('Logical_Router');
    assert.ok(row, 'the deployment has a router');
    return row;
  };
  const enable = (enabled: boolean) =>
    bench.client.transact([op.update('Logical_Router', router()._uuid, { enabled })]);

  /** A plan to mend what is done to a router's `enabled`. */
  async function planFor(enabled: boolean) {
    await enable(enabled);
    const verdict = await bench.check();
    assert.equal(verdict.drift.length, 1);
    return plan(verdict, verdict.drift, Date.now());
  }

  it('leaves nothing to plan', async () => {
    const [outcome] = await bench.apply(await planFor(false));
    assert.equal(outcome?.is, 'applied');
    const verdict = await bench.check();
    assert.deepEqual(plan(verdict, verdict.drift, Date.now()).transactions, []);
  });

  it('gives way to whoever changed the row since the plan was made, and writes nothing', async () => {
    const made = await planFor(false);
    await bench.client.transact([op.update('Logical_Router', router()._uuid, { enabled: undefined })]);
    const changed = bench.picture();
    const outcomes = await bench.apply(made);
    assert.deepEqual(
      outcomes.map(({ is }) => is),
      ['stale'],
    );
    await bench.client.sync();
    assert.deepEqual(comparePictures(changed, bench.picture()), []);
    await enable(true);
  });

  it('is refused to who lost the lock', async () => {
    const made = await planFor(false);
    await using other = await OvsdbClient.connect({
      database: 'OVN_Northbound',
      endpoints: bench.golden.northbound.endpoint,
      tables: { NB_Global: ['name'] },
      lock: MAINTENANCE_LOCK,
    });
    await other.stealLock();
    const outcomes = await bench.apply(made);
    assert.deepEqual(
      outcomes.map((outcome) => [outcome.is, 'why' in outcome && outcome.why]),
      [['refused', 'another worker took the lock']],
    );
    await bench.client.sync();
    assert.equal(router().enabled, false);
    await other.close();
    await bench.deployment.northbound.takeLock();
    await enable(true);
  });

  it('is impossible for a deployment that was opened to look', async () => {
    await using opened = await openGoldenDeployment('2026.1');
    await assert.rejects(
      opened.deployment.northbound.transact([op.comment('nothing')]),
      (error) => error instanceof OvsdbError && error.code === 'read-only',
    );
  });
});

describe('a picture', () => {
  it('shows one cell, one key, one reference and one row that differ', async () => {
    await using bench = await Bench.open('2026.1', { withForeignRows: false });
    const original = bench.picture();
    const row = (table: string, isFit: (row: ReplicaRow) => boolean = () => true): ReplicaRow => {
      const found = bench.view().rows(table).find(isFit);
      assert.ok(found, `${table} has such a row`);
      return found;
    };
    const router = row('Logical_Router');
    const port = row('Logical_Switch_Port', ({ dhcpv4_options }) => dhcpv4_options !== undefined);
    const dns = row('DNS');
    const [name = ''] = (dns.records as ReadonlyMap<string, string>).keys();
    await bench.client.transact([
      op.update('Logical_Router', router._uuid, { enabled: false }),
      op.update('Logical_Switch_Port', port._uuid, { dhcpv4_options: undefined }),
      op.mutate('DNS', dns._uuid, [['records', 'delete', [name]]]),
      op.insert('Address_Set', { name: 'one-more' }),
      op.delete('Meter', row('Meter')._uuid),
    ]);
    const found = comparePictures(original, bench.picture());
    for (const shown of [
      /^Logical_Router .*: enabled was true, is false$/,
      /^Logical_Switch_Port .*: dhcpv4_options was ".*", is null$/,
      /^DNS .*: records:.* is nothing$/,
      /^Address_Set one-more: a row that was not there/,
      /^Meter .*: the row is gone$/,
      /^Meter_Band .*: the row is gone$/,
    ]) {
      assert.equal(found.filter((line) => shown.test(line)).length, 1, `${shown} in ${found.join('\n')}`);
    }
    assert.equal(found.length, 6, found.join('\n'));
  });

  it('tells a duplicate from its original, by number', async () => {
    await using bench = await Bench.open('2026.1', { withForeignRows: false });
    const original = bench.picture();
    const [dns] = bench.view().rows('DNS');
    assert.ok(dns);
    const { records, external_ids } = dns as unknown as Record<string, ReadonlyMap<string, string>>;
    await bench.client.transact([op.insert('DNS', { records, external_ids })]);
    const [found = '', ...others] = comparePictures(original, bench.picture());
    assert.deepEqual(others, []);
    assert.match(found, /^DNS .* \(2\): a row that was not there/);
  });
});
