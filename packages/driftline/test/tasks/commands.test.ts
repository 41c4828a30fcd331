import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { FaultProxy } from '@driftline/ovsdb/testing';
import { driftlineVersion } from '../../src/cli/task-tools.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { configArguments } from '../golden/deployment.ts';
import { type Golden, openGolden } from '../lab/golden.ts';

const exec = promisify(execFile);

/** All that is written anywhere: the databases' files, and which files there are. */
async function pictureOf({ folder }: Golden) {
  const contents = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  return {
    // SQLite itself makes two of them for whoever reads what others may be writing.
    files: (await readdir(folder)).filter((name) => !/sqlite-(?:shm|wal)$/.test(name)).sort(),
    databases: await Promise.all(['northbound.db', 'southbound.db', 'neutron.sqlite'].map(contents)),
  };
}

/** A way to the Northbound on which the transactions are counted. */
async function countTransactions({ northbound }: Golden) {
  let sent = '';
  const proxy = await FaultProxy.start({
    target: northbound.endpoint,
    fromClient: (chunk) => {
      sent += chunk.toString('latin1');
      return [chunk];
    },
  });
  return {
    flags: ['--ovn-ovn_nb_connection', proxy.endpoint],
    transactions: () => sent.split('"transact"').length - 1,
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

describe('the commands of tasks', () => {
  let golden: Golden;
  const run = async (...argv: readonly string[]) => {
    return await runCommandLine([...argv, ...configArguments(golden)]);
  };
  const nbctl = async (...args: string[]): Promise<string> =>
    (await exec('ovn-nbctl', [`--db=${golden.northbound.endpoint}`, ...args])).stdout.trim();

  before(async () => {
    golden = await openGolden('2026.1');
  });
  after(() => golden[Symbol.asyncDispose]());

  it('what only tells makes no ledger and writes nowhere: nothing has run yet', async () => {
    const picture = await pictureOf(golden);
    assert.equal((await run('tasks', 'list')).code, 0);
    assert.match((await run('tasks', 'show', 'update_ha_failover')).out, /^state: +never run$/m);
    assert.deepEqual(await run('tasks', 'history'), { code: 0, out: 'Nothing has run yet.\n', err: '' });
    assert.equal((await run('migrations', 'status')).code, 0);
    assert.deepEqual(await pictureOf(golden), picture);
    assert.ok(!picture.files.includes('tasks.db'));
  });

  it('list names all 54 of upstream', async () => {
    const { code, out } = await run('tasks', 'list', '-f', 'json');
    assert.equal(code, 0);
    const { tasks } = JSON.parse(out);
    assert.equal(tasks.length, 54);
    assert.ok(tasks.every(({ state }: { state: string }) => ['never run', 'elsewhere'].includes(state)));
    assert.match((await run('tasks', 'list')).out, /^update_ha_failover +enforcement +2026\.1 to now +never run/m);
  });

  it('run mends what the task is about and nothing else, after a dry run that writes nothing', async () => {
    await nbctl('set', 'NB_Global', '.', 'options:bfd-mult=9', 'options:fdb_removal_limit=7');
    const dry = await run('tasks', 'run', 'update_ha_failover', '--dry-run');
    assert.equal(dry.code, 2);
    assert.match(dry.out, /options:bfd-mult: different, found "9", wanted "3"/);
    assert.doesNotMatch(dry.out, /fdb_removal_limit/);
    assert.equal(await nbctl('get', 'NB_Global', '.', 'options:bfd-mult'), '"9"');
    const { code, out, err } = await run('tasks', 'run', 'update_ha_failover');
    assert.deepEqual([code, out, err], [0, 'update_ha_failover: done, 1 rows changed\n', '']);
    assert.equal(await nbctl('get', 'NB_Global', '.', 'options:bfd-mult'), '"3"');
    assert.equal(await nbctl('get', 'NB_Global', '.', 'options:fdb_removal_limit'), '"7"');
    assert.equal((await run('tasks', 'run', 'update_ha_failover')).out, 'update_ha_failover: done, 0 rows changed\n');
    assert.equal((await run('tasks', 'run', 'configure_nb_global')).code, 0);
    assert.equal((await run('check')).code, 0);
  });

  it('history and show tell of the runs, and of a configuration that changed since', async () => {
    const { out } = await run('tasks', 'history', 'update_ha_failover', '-f', 'json');
    const { runs } = JSON.parse(out);
    assert.deepEqual(
      runs.map(({ state, changed }: { state: string; changed: number }) => [state, changed]),
      [
        ['done', 0],
        ['done', 1],
      ],
    );
    assert.ok(runs.every(({ version }: { version: string }) => version === driftlineVersion));
    assert.ok(runs.every((line: { started_at: string; ended_at: string }) => line.started_at <= line.ended_at));
    assert.match((await run('tasks', 'history')).out, /configure_nb_global +done +1 /);
    assert.match((await run('tasks', 'show', 'update_ha_failover')).out, /^state: +done$/m);
    const changed = await run('tasks', 'show', 'update_ha_failover', '--ovn-ha_failover_strategy', 'conservative');
    assert.match(changed.out, /^state: +due again$/m);
    assert.match(changed.out, /Would change 1 rows\./);
  });

  it('disable takes a migration out of the run of all, and enable puts it back', async () => {
    await nbctl('set', 'NB_Global', '.', 'external_ids:operator=1');
    assert.equal((await run('tasks', 'disable', 'set_network_type_and_physnet')).code, 0);
    const without = await run('migrations', 'run', '-f', 'json');
    assert.equal(without.code, 0, without.err);
    const names = JSON.parse(without.out).tasks.map(({ name }: { name: string }) => name);
    assert.ok(!names.includes('set_network_type_and_physnet') && names.includes('check_dhcp_options_consistency'));
    assert.equal((await run('tasks', 'enable', 'set_network_type_and_physnet')).code, 0);
    const { code, out } = await run('migrations', 'status');
    assert.equal(code, 0);
    assert.match(out, /0 of \d+ migrations have something to do; 0 rows are in the shape of an earlier release/);
    assert.equal((await run('migrations', 'run', '--dry-run')).out, 'Nothing to do.\n');
  });

  it('a dry run sends no transaction, whatever there is to change', async () => {
    await nbctl('set', 'NB_Global', '.', 'options:bfd-mult=9');
    await using proxied = await countTransactions(golden);
    const picture = await pictureOf(golden);
    for (const argv of [
      ['tasks', 'run', 'update_ha_failover', '--dry-run'],
      ['tasks', 'run', 'update_router_distributed_flag', '--dry-run'],
      ['tasks', 'show', 'update_ha_failover'],
      ['migrations', 'run', '--dry-run'],
    ]) {
      const { code, err } = await run(...argv, ...proxied.flags);
      assert.ok(code !== 1, err);
    }
    assert.equal(proxied.transactions(), 0);
    assert.deepEqual(await pictureOf(golden), picture);
    assert.equal((await run('tasks', 'run', 'update_ha_failover', ...proxied.flags)).code, 0);
    assert.equal(proxied.transactions(), 1, 'what is no dry run is counted');
  });

  it('a task that fails is shown with its cause and how often, and so is one that was left out', async () => {
    using sqlite = new DatabaseSync(golden.databaseUrl.replace('sqlite:///', ''));
    sqlite.exec('UPDATE router_extra_attributes SET distributed = 0');
    sqlite.exec(
      "CREATE TRIGGER refuse BEFORE UPDATE ON router_extra_attributes BEGIN SELECT RAISE(ABORT, 'no room'); END",
    );
    const name = 'update_router_distributed_flag';
    for (const _ of [1, 2]) assert.equal((await run('tasks', 'run', name)).code, 1);
    const { out } = await run('tasks', 'show', name, '-f', 'json');
    const { state, failures, why } = JSON.parse(out);
    assert.deepEqual([state, failures], ['failed', 2]);
    assert.match(why, /no room/);
    assert.match((await run('tasks', 'list')).out, new RegExp(`^${name} .* failed `, 'm'));
    sqlite.exec('DROP TRIGGER refuse');
    assert.equal((await run('tasks', 'run', name)).code, 0);
    assert.equal(JSON.parse((await run('tasks', 'show', name, '-f', 'json')).out).failures, 0);
    const skipped = await run('tasks', 'run', 'update_virtual_port_parent_hostname');
    assert.match(skipped.out, /: skipped \(Neutron expects it from 2026\.2 on, and this is 2026\.1\)/);
    assert.match(
      (await run('tasks', 'history', 'update_virtual_port_parent_hostname')).out,
      / skipped +0 .*Neutron expects it from 2026\.2 on/,
    );
  });

  it('a task that is done elsewhere says where, and a name that is none is an error', async () => {
    const touch = await run('tasks', 'run', 'touch_hash_ring_nodes');
    assert.equal(touch.code, 0);
    assert.match(touch.out, /^touch_hash_ring_node: skipped \(/);
    assert.equal((await run('tasks', 'enable', 'touch_hash_ring_node')).code, 1);
    const unknown = await run('tasks', 'run', 'no_such_task');
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /there is no task no_such_task/);
  });
});

describe('the commands of migrations', () => {
  it('bring what Zed wrote to the shape of 2026.2, in one run, and show how far they are', async () => {
    await using golden = await openGolden('zed');
    const run = async (...argv: readonly string[]) => {
      const release = ['--driftline-release', '2026.2'];
      const flags = [...configArguments(golden), ...release];
      return await runCommandLine([...argv, ...flags]);
    };
    const status = async () => {
      const { code, out } = await run('migrations', 'status', '-f', 'json');
      const { left, migrations } = JSON.parse(out);
      return { code, left, migrations };
    };
    const before = await status();
    assert.equal(before.code, 2);
    assert.ok(before.left >= 20, `${before.left} migrations have something to do`);
    const dry = await run('migrations', 'run', '--dry-run');
    assert.equal(dry.code, 2);
    assert.match(dry.out, /^migrate_lrp_gateway_chassis_to_ha_chassis_group:$/m);
    assert.deepEqual((await status()).left, before.left, 'a dry run writes nothing');
    const ran = await run('migrations', 'run');
    assert.equal(ran.code, 0, ran.out + ran.err);
    const after = await status();
    assert.deepEqual([after.code, after.left], [0, 0]);
    assert.ok(
      after.migrations.every(({ state }: { state: string }) => ['done', 'skipped', 'elsewhere'].includes(state)),
    );
    assert.match((await run('migrations', 'run')).out, /^(?:\w+: (?:done, 0 rows changed|skipped \(.*\))\n)+$/);
  });
});
