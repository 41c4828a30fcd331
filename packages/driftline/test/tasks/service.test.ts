import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { OvsdbClient } from '@driftline/ovsdb';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { MAINTENANCE_LOCK } from '../../src/northbound/session.ts';
import { check } from '../../src/reconcile/reconcile.ts';
import { databaseIdentity } from '../../src/tasks/fingerprint.ts';
import { Ledger } from '../../src/tasks/ledger.ts';
import { type Permit, runService, type ServiceOptions } from '../../src/tasks/service.ts';
import type { WorkerEvent } from '../../src/tasks/worker.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';

const exec = promisify(execFile);

/** The scheduled tasks over a golden deployment, and what they told. */
async function startService(
  prepare: (sqlite: DatabaseSync) => void = () => {},
  ledgerFile = ':memory:',
  more: Partial<ServiceOptions> = {},
) {
  await using opened = new AsyncDisposableStack();
  const { deployment, golden } = opened.use(await openGoldenDeployment('2026.1', { writable: true }));
  const sqlite = opened.adopt(new DatabaseSync(golden.databaseUrl.replace('sqlite:///', '')), (db) => db.close());
  prepare(sqlite);
  const journal = opened.use(new Journal(':memory:'));
  const neutron = opened.use(openWritable(deployment.config.database.url));
  const ledger = opened.use(new Ledger(ledgerFile, databaseIdentity(deployment)));
  const events: WorkerEvent[] = [];
  const waiting = new Set<() => void>();
  const stop = new AbortController();
  const running = runService(
    {
      deployment,
      journal,
      neutron,
      ledger,
      limits: { maxDeletes: 100, maxDeleteShare: 0.1, maxGatewayShare: 1 },
      version: 'test',
      clock: {
        nowMs: Date.now,
        sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
      },
      random: () => 0,
      onEvent: (event) => {
        events.push(event);
        for (const look of waiting) look();
      },
      ...more,
    },
    stop.signal,
  );
  opened.defer(async () => {
    stop.abort();
    await running;
  });
  /** Resolves with the run of a task that is the number-th. */
  const until = async (name: string, number = 1): Promise<WorkerEvent> => {
    for (;;) {
      const found = events.filter((event) => event.name === name)[number - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const look = () => {
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
    }
  };
  const nbctl = async (...args: string[]) =>
    (await exec('ovn-nbctl', [`--db=${golden.northbound.endpoint}`, ...args])).stdout.trim();
  const resources = opened.move();
  return {
    golden,
    deployment,
    sqlite,
    journal,
    ledger,
    events,
    until,
    nbctl,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The last to be written by upstream, and so the last of a turn. */
const LAST = 'update_neutron_pg_drop_priority';

describe('the scheduled tasks', () => {
  it('run at start, each once, and stand in the ledger', async () => {
    await using run = await startService();
    await run.until(LAST);
    assert.deepEqual(
      run.events.filter((event) => event.kind !== 'task' || event.attempt.is !== 'done'),
      [],
    );
    assert.equal(new Set(run.events.map(({ name }) => name)).size, run.events.length);
    assert.equal(run.ledger.read(LAST)?.state, 'done');
    assert.equal(run.ledger.read('check_for_inconsistencies'), undefined, "the daemon's passes do that");
    assert.equal(run.ledger.read('remove_duplicated_chassis_registers'), undefined, 'it is off');
    assert.equal(run.journal.entries(1).length, 0, 'nothing was to be written');
  });

  it('mend SQL, and say in the ledger what they changed', async () => {
    await using run = await startService((sqlite) => sqlite.exec('UPDATE router_extra_attributes SET distributed = 0'));
    const event = await run.until('update_router_distributed_flag');
    assert.ok(event.kind === 'task' && event.attempt.is === 'done' && event.attempt.changed === 2);
    assert.equal(run.sqlite.prepare('SELECT min(distributed) AS least FROM router_extra_attributes').get()?.least, 1);
    const line = run.ledger.read('update_router_distributed_flag');
    assert.equal(line?.details.length, 2);
    assert.match(line?.details[0] ?? '', /^router_extra_attributes\.distributed of router [-0-9a-f]{36}: true$/);
  });

  it('go on when one throws, tell its cause, and try it again', async () => {
    await using run = await startService((sqlite) => {
      sqlite.exec('DELETE FROM router_extra_attributes');
      sqlite.exec(
        "CREATE TRIGGER refuse BEFORE INSERT ON router_extra_attributes BEGIN SELECT RAISE(ABORT, 'no room'); END",
      );
    });
    const name = 'create_router_extra_attributes_registers';
    const event = await run.until(name);
    assert.ok(event.kind === 'task' && event.attempt.is === 'failed' && event.attempt.cause instanceof Error);
    assert.match(event.attempt.cause.message, /no room/);
    await run.until(LAST);
    assert.equal(run.ledger.read(LAST)?.state, 'done');
    assert.deepEqual([run.ledger.read(name)?.state, run.ledger.failures(name)], ['failed', 1]);
    assert.equal(run.ledger.read(name)?.why, event.attempt.cause.message);
    run.sqlite.exec('DROP TRIGGER refuse');
    await run.until(name, 2);
    assert.deepEqual([run.ledger.read(name)?.state, run.ledger.failures(name)], ['done', 0]);
  });

  it('do nothing while another worker has the lock, and all that waited when it is free', async () => {
    await using run = await startService();
    await run.until(LAST);
    const other = await OvsdbClient.connect({
      endpoints: run.golden.northbound.endpoint,
      database: 'OVN_Northbound',
      tables: {},
      lock: MAINTENANCE_LOCK,
    });
    await other.stealLock();
    await run.deployment.northbound.sync();
    const before = run.events.length;
    run.sqlite.exec('UPDATE router_extra_attributes SET distributed = 0');
    run.ledger.enable('update_router_distributed_flag', true);
    assert.equal(run.events.length, before);
    assert.equal(run.sqlite.prepare('SELECT max(distributed) AS most FROM router_extra_attributes').get()?.most, 0);
    await other.close();
    await run.until('update_router_distributed_flag', 2);
    assert.equal(run.sqlite.prepare('SELECT min(distributed) AS least FROM router_extra_attributes').get()?.least, 1);
  });

  it('wait for the permit where they are beside a daemon, and are called off when it is withdrawn', async () => {
    const listeners = new Set<(isGiven: boolean) => void>();
    let isGiven = false;
    const say = (given: boolean) => {
      isGiven = given;
      for (const listener of listeners) listener(given);
    };
    const permit: Permit = {
      get isGiven() {
        return isGiven;
      },
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    await using run = await startService(undefined, ':memory:', { permit });
    assert.equal(run.deployment.northbound.client.lockState, 'held');
    // Whatever could be under way has had the time that a look takes.
    await check(run.deployment);
    assert.deepEqual(run.ledger.history(1), []);
    say(true);
    await run.until(LAST);
    say(false);
    say(true);
    await run.until(LAST, 2);
  });

  it('run again when the schema of the Northbound is another', async () => {
    await using run = await startService();
    await run.until(LAST);
    const fingerprint = run.ledger.read(LAST)?.fingerprint;
    await exec('ovsdb-client', ['convert', run.golden.northbound.endpoint, NEWER_SCHEMA]);
    await run.until(LAST, 2);
    assert.equal(run.ledger.read(LAST)?.state, 'done');
    assert.notEqual(run.ledger.read(LAST)?.fingerprint, fingerprint);
  });

  it('do not run again after a restart what the ledger knows to be done', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'driftline-tasks-'));
    try {
      await using run = await startService(undefined, join(folder, 'tasks.db'));
      await run.until(LAST);
      using ledger = new Ledger(join(folder, 'tasks.db'), databaseIdentity(run.deployment));
      const known = ledger.history(1000).length;
      const stop = new AbortController();
      const done: string[] = [];
      await using neutron = openWritable(run.deployment.config.database.url);
      const again = runService(
        {
          deployment: run.deployment,
          journal: run.journal,
          neutron,
          ledger,
          limits: { maxDeletes: 100, maxDeleteShare: 0.1, maxGatewayShare: 1 },
          version: 'test',
          clock: { nowMs: Date.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined) },
          random: () => 0,
          onEvent: ({ name }) => {
            done.push(name);
            stop.abort();
          },
        },
        stop.signal,
      );
      await again;
      // Only what recurs; it runs at each start.
      assert.deepEqual(done, ['cleanup_old_hash_ring_nodes']);
      assert.equal(ledger.history(1000).length, known + 1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

const NEWER_SCHEMA = join(import.meta.dirname, '../../schemas/ovn-nb-7.18.0.ovsschema');
