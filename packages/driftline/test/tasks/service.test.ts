import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { OvsdbClient, OvsdbError } from '@driftline/ovsdb';
import { MAINTENANCE_LOCK } from '../../src/northbound/session.ts';
import { check } from '../../src/reconcile/reconcile.ts';
import { databaseIdentity } from '../../src/tasks/fingerprint.ts';
import { Ledger } from '../../src/tasks/ledger.ts';
import { type Permit, runService } from '../../src/tasks/service.ts';
import { openDeploymentOf } from '../golden/deployment.ts';
import { LAST, startService } from './start-service.ts';

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
    await using run = await startService({
      prepare: (sqlite) => sqlite.exec('UPDATE router_extra_attributes SET distributed = 0'),
    });
    const event = await run.until('update_router_distributed_flag');
    assert.ok(event.kind === 'task' && event.attempt.is === 'done' && event.attempt.changed === 2);
    assert.equal(run.sqlite.prepare('SELECT min(distributed) AS least FROM router_extra_attributes').get()?.least, 1);
    const line = run.ledger.read('update_router_distributed_flag');
    assert.equal(line?.details.length, 2);
    assert.match(line?.details[0] ?? '', /^router_extra_attributes\.distributed of router [-0-9a-f]{36}: true$/);
  });

  it('go on when one throws, tell its cause, and try it again', async () => {
    await using run = await startService({
      prepare: (sqlite) => {
        sqlite.exec('DELETE FROM router_extra_attributes');
        sqlite.exec(
          "CREATE TRIGGER refuse BEFORE INSERT ON router_extra_attributes BEGIN SELECT RAISE(ABORT, 'no room'); END",
        );
      },
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
    await using run = await startService({ with: { permit } });
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
    await run.convert('7.18.0');
    await run.until(LAST, 2);
    assert.equal(run.ledger.read(LAST)?.state, 'done');
    assert.notEqual(run.ledger.read(LAST)?.fingerprint, fingerprint);
  });

  it('do not run again after a restart what the ledger knows to be done, but for what is configured otherwise now', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'driftline-tasks-'));
    try {
      const ledgerFile = join(folder, 'tasks.db');
      await using run = await startService({ ledgerFile });
      await run.until(LAST);
      using ledger = new Ledger(ledgerFile, databaseIdentity(run.deployment));
      const restart = async (deployment: typeof run.deployment, count: number): Promise<readonly string[]> => {
        const stop = new AbortController();
        const done: string[] = [];
        const onEvent = ({ name }: { readonly name: string }) => {
          done.push(name);
          if (done.length === count) stop.abort();
        };
        await runService({ ...run.options, deployment, ledger, onEvent }, stop.signal);
        return done;
      };
      const known = ledger.history(1000).length;
      // Only what recurs; it runs at each start.
      assert.deepEqual(await restart(run.deployment, 1), ['cleanup_old_hash_ring_nodes']);
      assert.equal(ledger.history(1000).length, known + 1);

      await run.stop();
      await run.deployment[Symbol.asyncDispose]();
      const flags = ['--ovn-ovn_dhcp4_global_options', 'ntp_server:192.0.2.1'];
      await using configured = await openDeploymentOf(run.golden, { writable: true, flags });
      await configured.northbound.client.waitForLock();
      const again = await restart(configured, 2);
      assert.deepEqual(again, ['check_global_dhcp_opts', 'cleanup_old_hash_ring_nodes']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('stop where they are when the lock is stolen while they write SQL, and write nothing more', async () => {
    await using run = await startService({
      prepare: (sqlite) => {
        sqlite.exec('UPDATE router_extra_attributes SET distributed = 0');
        // Somebody else is writing: whoever wants to has to wait.
        sqlite.exec('BEGIN IMMEDIATE');
      },
    });
    const name = 'update_router_distributed_flag';
    await run.untilWriting();
    await using other = await stealLock(run.golden.northbound.endpoint);
    const event = await run.until(name);
    assert.ok(event.kind === 'task' && event.attempt.is === 'failed');
    run.sqlite.exec('COMMIT');
    await other.sync();
    assert.equal(run.sqlite.prepare('SELECT max(distributed) AS most FROM router_extra_attributes').get()?.most, 0);
    assert.equal(run.ledger.read(name)?.changed, 0);
    await other.close();
    await run.until(name, 2);
    assert.equal(run.sqlite.prepare('SELECT min(distributed) AS least FROM router_extra_attributes').get()?.least, 1);
  });

  it('write no SQL when the lock is stolen and word of it has not come: the server says whose it is', async () => {
    const isDeaf = { value: false };
    let give: () => void = () => {};
    const given = new Promise<void>((resolve) => {
      give = resolve;
    });
    await using run = await startService({
      prepare: (sqlite) => sqlite.exec('UPDATE router_extra_attributes SET distributed = 0'),
      fromServer: (chunk) => {
        if (!isDeaf.value) return [chunk];
        return [Buffer.from(chunk.toString('latin1').replace('"stolen"', '"locked"'), 'latin1')];
      },
      with: {
        permit: {
          get isGiven() {
            return isDeaf.value;
          },
          onChange: (listener) => {
            void given.then(() => listener(true));
            return () => {};
          },
        },
      },
    });
    isDeaf.value = true;
    await using _other = await stealLock(run.golden.northbound.endpoint);
    await run.deployment.northbound.sync();
    assert.equal(run.deployment.northbound.client.lockState, 'held', 'as it believes');
    give();
    const event = await run.until('update_router_distributed_flag');
    assert.ok(event.kind === 'task' && event.attempt.is === 'failed' && event.attempt.cause instanceof OvsdbError);
    assert.equal(event.attempt.cause.code, 'not-owner');
    assert.equal(run.sqlite.prepare('SELECT max(distributed) AS most FROM router_extra_attributes').get()?.most, 0);
  });

  it('stop where they are when the lock is stolen between two transactions: the server takes no other of theirs', async () => {
    const began = Promise.withResolvers<void>();
    let isOver = false;
    let held: Buffer[] | undefined;
    await using run = await startService({
      release: 'zed',
      // As after an upgrade: most migrations have something to do.
      flags: ['--driftline-release', '2026.2'],
      fromClient: (chunk) => {
        if (!isOver && chunk.includes('"transact"')) {
          held ??= [];
          began.resolve();
        }
        return [chunk];
      },
      // The answer to the first is on its way until the lock is stolen.
      fromServer: (chunk) => {
        if (held === undefined) return [chunk];
        held.push(chunk);
        if (!chunk.includes('"stolen"')) return [];
        const all = held;
        isOver = true;
        held = undefined;
        return all;
      },
    });
    await began.promise;
    await using other = await stealLock(run.golden.northbound.endpoint);
    const picture = () =>
      JSON.stringify(
        other.replica.tableNames.map((name) => [...other.replica.table(name).rows]),
        jsonOf,
      );
    // The server sent what it had committed before it answered.
    const stolen = picture();
    await run.deployment.northbound.sync();
    await run.untilIdle();
    await run.stop();
    await other.sync();
    assert.equal(picture(), stolen);
    const { backfill } = await check(run.deployment);
    assert.notEqual(backfill.length, 0, 'there was more to do');
  });
});

const stealLock = async (endpoint: string): Promise<OvsdbClient> => {
  const other = await OvsdbClient.connect({ endpoints: endpoint, database: 'OVN_Northbound', lock: MAINTENANCE_LOCK });
  await other.stealLock();
  return other;
};

const jsonOf = (_: string, value: unknown): unknown => (value instanceof Map ? [...value] : value);
