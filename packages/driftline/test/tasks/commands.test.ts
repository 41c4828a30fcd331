import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { main } from '../../src/cli/main.ts';
import { configArguments } from '../golden/deployment.ts';
import { type Golden, openGolden } from '../lab/golden.ts';

const exec = promisify(execFile);

describe('the commands of tasks', () => {
  let golden: Golden;
  const run = async (...argv: readonly string[]) => {
    let out = '';
    let err = '';
    const terminal = {
      out: (text: string) => {
        out += text;
      },
      err: (text: string) => {
        err += text;
      },
      isInteractive: false,
      ask: undefined,
    };
    const code = await main([...argv, ...configArguments(golden)], terminal, new AbortController().signal);
    return { code, out, err };
  };
  const nbctl = async (...args: string[]): Promise<string> =>
    (await exec('ovn-nbctl', [`--db=${golden.northbound.endpoint}`, ...args])).stdout.trim();

  before(async () => {
    golden = await openGolden('2026.1');
  });
  after(() => golden[Symbol.asyncDispose]());

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
      let out = '';
      let err = '';
      const terminal = {
        out: (text: string) => {
          out += text;
        },
        err: (text: string) => {
          err += text;
        },
        isInteractive: false,
        ask: undefined,
      };
      const release = ['--driftline-release', '2026.2'];
      const flags = [...configArguments(golden), ...release];
      const code = await main([...argv, ...flags], terminal, new AbortController().signal);
      return { code, out, err };
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
