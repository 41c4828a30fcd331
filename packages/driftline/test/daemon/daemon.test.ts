import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { OvsdbClient } from '@driftline/ovsdb';
import { Daemon, type DaemonOptions } from '../../src/daemon/daemon.ts';
import type { DaemonEvent } from '../../src/daemon/events.ts';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { MAINTENANCE_LOCK } from '../../src/northbound/session.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';

const exec = promisify(execFile);

/** A daemon over a golden deployment, and what it told. */
async function startDaemon(
  options: Partial<DaemonOptions> = {},
  prepare: (northbound: string) => Promise<unknown> = async () => {},
) {
  await using opened = new AsyncDisposableStack();
  const { deployment, golden } = opened.use(await openGoldenDeployment('2026.1', { writable: true }));
  await prepare(golden.northbound.endpoint);
  await deployment.northbound.sync();
  const journal = opened.use(new Journal(':memory:'));
  const writable = opened.use(openWritable(deployment.config.database.url));
  const events: DaemonEvent[] = [];
  const waiting = new Set<() => void>();
  const daemon = new Daemon({
    deployment,
    journal,
    writable,
    limits: { maxDeletes: 100, maxDeleteShare: 0.1, maxGatewayShare: 1 },
    intervalMs: 3_600_000,
    gracePeriodMs: 0,
    sqlPollIntervalMs: 100,
    observeOnly: false,
    additive: false,
    once: false,
    onEvent: (event) => {
      events.push(event);
      for (const look of waiting) look();
    },
    ...options,
  });
  const stop = new AbortController();
  /** How much it had told when the permit of the scheduled tasks was given, and when it was withdrawn. */
  const permits: { readonly isGiven: boolean; readonly after: number }[] = [];
  daemon.maintenance.onChange((isGiven) => {
    permits.push({ isGiven, after: events.length });
    for (const look of waiting) look();
  });
  const running = daemon.run(stop.signal);
  opened.defer(async () => {
    stop.abort();
    await running;
  });
  const untilTold = () =>
    new Promise<void>((resolve) => {
      const look = () => {
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
    });
  /** Resolves with the first event from the mark on that meets the claim. */
  const until = async <K extends DaemonEvent['kind']>(
    kind: K,
    claim: (event: Extract<DaemonEvent, { kind: K }>) => boolean = () => true,
    from = 0,
  ): Promise<Extract<DaemonEvent, { kind: K }>> => {
    for (;;) {
      const found = events
        .slice(from)
        .find((event): event is Extract<DaemonEvent, { kind: K }> => event.kind === kind && claim(event as never));
      if (found !== undefined) return found;
      await untilTold();
    }
  };
  const untilPermits = async (count: number) => {
    while (permits.length < count) await untilTold();
  };
  const nbctl = async (...args: string[]) =>
    (await exec('ovn-nbctl', [`--db=${golden.northbound.endpoint}`, ...args])).stdout.trim();
  const resources = opened.move();
  return {
    deployment,
    golden,
    journal,
    events,
    permits,
    until,
    untilPermits,
    nbctl,
    running,
    stop,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

describe('the daemon', () => {
  it('repairs a Northbound row that somebody changed, and writes down what it did', async () => {
    await using run = await startDaemon();
    await run.until('clean');
    const port =
      (await run.nbctl('--bare', '--columns=name', 'find', 'Logical_Switch_Port', 'type=""')).split(/\s+/)[0] ?? '';
    const mark = run.events.length;
    await run.nbctl('set', 'Logical_Switch_Port', port, 'enabled=false');
    const repaired = await run.until('repaired', () => true, mark);
    assert.deepEqual(
      repaired.outcomes.map(({ is }) => is),
      ['applied'],
    );
    await run.until('clean', () => true, run.events.indexOf(repaired));
    assert.equal(await run.nbctl('get', 'Logical_Switch_Port', port, 'enabled'), 'true');
    assert.equal(run.journal.entries(1)[0]?.state, 'applied');
    assert.equal(run.journal.entries(1)[0]?.unitId, port);
  });

  it('brings what changed in Neutron to OVN', async () => {
    await using run = await startDaemon();
    await run.until('clean');
    const mark = run.events.length;
    const db = new DatabaseSync(run.golden.databaseUrl.replace('sqlite:///', ''));
    const network = db.prepare('select id, standard_attr_id from networks limit 1').get() as {
      id: string;
      standard_attr_id: number;
    };
    db.exec(`update networks set name = 'renamed' where id = '${network.id}'`);
    db.exec(
      `update standardattributes set revision_number = revision_number + 1 where id = ${network.standard_attr_id}`,
    );
    await run.until('repaired', () => true, mark);
    const name = await run.nbctl(
      'get',
      'Logical_Switch',
      `neutron-${network.id}`,
      'external_ids:"neutron:network_name"',
    );
    assert.equal(name, 'renamed');
    const { revision_number: attribute } = db
      .prepare('select revision_number from standardattributes where id = ?')
      .get(network.standard_attr_id) as { revision_number: number };
    const { revision_number: revision } = db
      .prepare(
        "select revision_number from ovn_revision_numbers where resource_uuid = ? and resource_type = 'networks'",
      )
      .get(network.id) as { revision_number: number };
    assert.equal(revision, attribute, 'ovn_revision_numbers says the truth');
    db.close();
  });

  it('notes as written what OVN holds, where Neutron left that to the worker that has the lock', async () => {
    await using run = await startDaemon({ intervalMs: 200 });
    await run.until('clean');
    using db = new DatabaseSync(run.golden.databaseUrl.replace('sqlite:///', ''));
    const lagging = () =>
      db
        .prepare(
          `select count(*) as count from ovn_revision_numbers r join standardattributes s on s.id = r.standard_attr_id
           where r.revision_number <> s.revision_number`,
        )
        .get()?.count;
    db.exec(`update ovn_revision_numbers set revision_number = 0 where resource_type = 'security_groups'`);
    assert.notEqual(lagging(), 0);
    await run.until('noted', ({ written }) => written > 0);
    assert.equal(lagging(), 0);
  });

  it('reports and writes nothing while another worker holds the lock, and takes over when it is free', async () => {
    await using run = await startDaemon();
    await run.until('clean');
    assert.equal(run.deployment.northbound.client.lockState, 'held');
    // The other worker holds it as Neutron's maintenance worker would.
    const other = await OvsdbClient.connect({
      endpoints: run.golden.northbound.endpoint,
      database: 'OVN_Northbound',
      tables: {},
      lock: MAINTENANCE_LOCK,
    });
    await other.stealLock();
    await run.until('lock', ({ isHeld }) => !isHeld);
    const mark = run.events.length;
    await run.nbctl('set', 'NB_Global', '.', 'external_ids:unrelated=1');
    const port =
      (await run.nbctl('--bare', '--columns=name', 'find', 'Logical_Switch_Port', 'type=""')).split(/\s+/)[0] ?? '';
    await run.nbctl('set', 'Logical_Switch_Port', port, 'enabled=false');
    await run.until('pass', ({ ripe }) => ripe.length > 0, mark);
    assert.equal(
      run.events.slice(mark).some(({ kind }) => kind === 'repaired'),
      false,
    );
    await other.close();
    await run.until('repaired', () => true, mark);
    assert.equal(await run.nbctl('get', 'Logical_Switch_Port', port, 'enabled'), 'true');
  });

  it('lets the scheduled tasks go when its first whole pass is over and mended what it found, and not before', async () => {
    await using run = await startDaemon({}, (northbound) =>
      exec('ovn-nbctl', [
        `--db=${northbound}`,
        'clear',
        'NB_Global',
        '.',
        'options',
        '--',
        'pg-del',
        'neutron_pg_drop',
      ]),
    );
    await run.untilPermits(1);
    const [given] = run.permits;
    assert.equal(given?.isGiven, true);
    const before = run.events.slice(0, given.after);
    const repaired = before.findIndex(({ kind }) => kind === 'repaired');
    assert.ok(repaired > before.findIndex((event) => event.kind === 'pass' && event.isFull));
    assert.ok(before.slice(repaired).some(({ kind }) => kind === 'clean'));
  });

  it('calls the scheduled tasks off when the lock is lost, and lets them go after a pass with it', async () => {
    await using run = await startDaemon();
    await run.untilPermits(1);
    const mark = run.events.length;
    await using other = await OvsdbClient.connect({
      endpoints: run.golden.northbound.endpoint,
      database: 'OVN_Northbound',
      tables: {},
      lock: MAINTENANCE_LOCK,
    });
    await other.stealLock();
    await run.untilPermits(2);
    await run.until('pass', ({ mayRepair }) => !mayRepair, mark);
    await other.close();
    await run.untilPermits(3);
    assert.deepEqual(
      run.permits.map(({ isGiven }) => isGiven),
      [true, false, true],
    );
    const gained = run.events.findIndex((event, at) => at >= mark && event.kind === 'lock' && event.isHeld);
    const between = run.events.slice(gained, run.permits[2]?.after);
    assert.ok(between.some((event) => event.kind === 'pass' && event.mayRepair));
  });

  it('shows a plan beyond the limits and does not apply it', async () => {
    await using run = await startDaemon({ limits: { maxDeletes: 0, maxDeleteShare: 1, maxGatewayShare: 1 } });
    await run.until('clean');
    const network =
      (await run.nbctl('--bare', '--columns=name', 'find', 'Logical_Switch', 'other_config:mcast_snoop=false')).split(
        /\s+/,
      )[0] ?? '';
    await run.nbctl(
      'lsp-add',
      network,
      'gone',
      '--',
      'set',
      'Logical_Switch_Port',
      'gone',
      'external_ids:"neutron:port_name"=gone',
    );
    const refused = await run.until('refused');
    assert.deepEqual(
      refused.refusals.map(({ limit }) => limit),
      ['max-deletes'],
    );
    assert.equal(await run.nbctl('get', 'Logical_Switch_Port', 'gone', 'name'), 'gone');
  });

  it('observing, finds drift and has no way to write', async () => {
    await using run = await startDaemon({ observeOnly: true });
    await run.until('clean');
    await run.nbctl('pg-del', 'neutron_pg_drop');
    await run.until('pass', ({ ripe }) => ripe.length > 0);
    assert.equal(
      run.events.some(({ kind }) => kind === 'repaired'),
      false,
    );
    assert.equal(await run.nbctl('--bare', '--columns=name', 'find', 'Port_Group', 'name=neutron_pg_drop'), '');
  });

  it('forgets at each full pass what has stood in the journal for too long', async () => {
    await using run = await startDaemon({ journalMs: 0, intervalMs: 100 });
    await run.until('clean');
    await run.nbctl('pg-del', 'neutron_pg_drop');
    const mark = run.events.length;
    const repaired = await run.until('repaired', () => true, mark);
    await run.until('pass', ({ isFull }) => isFull, run.events.indexOf(repaired));
    await run.until('pass', ({ isFull }) => isFull, run.events.length);
    assert.deepEqual(run.journal.entries(1), []);
  });

  it('ends cleanly when told to', async () => {
    await using run = await startDaemon();
    await run.until('clean');
    run.stop.abort();
    await run.running;
    assert.equal(run.events.at(-1)?.kind, 'stopped');
  });

  it('ends by itself after the first clean pass when asked to', async () => {
    await using run = await startDaemon({ once: true });
    await run.running;
    assert.ok(run.events.some(({ kind }) => kind === 'clean'));
  });
});
