import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { Journal } from '../../src/journal/journal.ts';
import { type Golden, openGolden } from '../lab/golden.ts';
import { type Balancers, commandsOf, EXAMPLE, plantBalancers } from './balancers.ts';

describe('the plugin for Octavia’s load balancers', () => {
  let golden: Golden;
  let balancers: Balancers;
  let commands: Awaited<ReturnType<typeof commandsOf>>;

  const rowsOf = (): Promise<string> => commands.nbctl('--format=json', 'list', 'Load_Balancer');
  const listedIn = async (table: string, name: string): Promise<readonly string[]> => {
    const found = await commands.nbctl('--bare', '--columns=load_balancer', 'find', table, `name=${name}`);
    return found
      .split(/\s+/)
      .filter((uuid) => uuid !== '')
      .sort();
  };
  const both = () => [...balancers.rows].sort();

  before(async () => {
    golden = await openGolden('2026.1');
    balancers = await plantBalancers(golden);
    commands = await commandsOf(golden, EXAMPLE);
  });
  after(() => golden[Symbol.asyncDispose]());

  it('has them counted as its own, where they were foreign before', async () => {
    const without = await (await commandsOf(golden)).run('check');
    assert.match(without.out, /^No drift: .*, 2 of other owners left alone\.$/m);
    commands = await commandsOf(golden, EXAMPLE);
    const { code, out } = await commands.run('check');
    assert.equal(code, 0, out);
    assert.match(out, /^No drift: .*, 3 of octavia, 0 of other owners left alone\.$/m);
    const { summary } = JSON.parse((await commands.run('check', '-f', 'json')).out);
    assert.deepEqual([summary.claimed_rows, summary.foreign_rows, summary.doubts], [{ octavia: 3 }, 0, 0]);
  });

  it('has explain tell whose a row is, and by what', async () => {
    const { code, out } = await commands.run('explain', balancers.rows[0]);
    assert.equal(code, 0);
    assert.match(out, /^Load_Balancer .* \(row .*\): octavia's by external_ids:/m);
    assert.match(out, /^Nothing would change\.$/m);
    assert.equal((await commands.run('explain', balancers.id)).out.match(/octavia's by/g)?.length, 2);
  });

  it('a repair of what stands beside them leaves them as they are', async () => {
    const before = await rowsOf();
    await commands.nbctl('set', 'Logical_Switch', balancers.switches[0], 'external_ids:"neutron:mtu"=1');
    await commands.nbctl('lr-route-add', balancers.router, '203.0.113.0/24', '10.0.2.2');
    await commands.nbctl('set', 'Logical_Router', balancers.router, 'enabled=false');
    const { code, out } = await commands.run('repair', '--yes');
    assert.equal(code, 0, out);
    assert.equal(await rowsOf(), before);
    assert.deepEqual(await listedIn('Logical_Switch', balancers.switches[0]), both());
  });

  it('a switch that is created anew has its balancers from its first transaction on', async () => {
    const before = await rowsOf();
    const name = balancers.switches[1];
    await commands.nbctl('ls-del', name);
    const check = await commands.run('check');
    assert.equal(check.code, 2);
    assert.match(check.out, /Logical_Switch\.load_balancer: unlisted, found nothing, wanted "neutron-/);
    const { code, out, err } = await commands.run('repair', '--yes');
    assert.equal(code, 0, out + err);
    assert.deepEqual(await listedIn('Logical_Switch', name), both());
    assert.equal(await rowsOf(), before);
    using journal = new Journal(join(golden.folder, 'journal.db'));
    const creation = journal
      .entries(1000)
      .find(({ changes }) =>
        changes.some(({ action, table, key }) => action === 'create' && table === 'Logical_Switch' && key === name),
      );
    const added = creation?.changes.flatMap((change) => (change.owner === 'octavia' ? change.uuid : []));
    assert.deepEqual(added?.toSorted(), both());
  });

  it('all of them are, when a router goes with all networks behind it', async () => {
    const before = await rowsOf();
    for (const name of balancers.switches) await commands.nbctl('ls-del', name);
    await commands.nbctl('lr-del', balancers.router);
    const { code, out, err } = await commands.run('repair', '--yes');
    assert.equal(code, 0, out + err);
    for (const name of balancers.switches) assert.deepEqual(await listedIn('Logical_Switch', name), both());
    assert.deepEqual(await listedIn('Logical_Router', balancers.router), both());
    assert.equal(await rowsOf(), before);
  });

  it('a saved plan for them is stale when their owner changed the row meanwhile', async () => {
    await commands.nbctl('lr-lb-del', balancers.router);
    const file = join(golden.folder, 'plan.json');
    assert.equal((await commands.run('plan', '-o', file)).code, 2);
    await commands.nbctl('set', 'Load_Balancer', balancers.rows[0], 'external_ids:enabled=False');
    const { code, out } = await commands.run('apply', file, '--yes');
    assert.equal(code, 1);
    assert.match(out, /^1 of 2 transactions applied\.$/m);
    assert.deepEqual(await listedIn('Logical_Router', balancers.router), [balancers.rows[1]]);
    assert.equal((await commands.run('repair', '--yes')).code, 0);
    assert.deepEqual(await listedIn('Logical_Router', balancers.router), both());
  });

  it('brings a task that attaches what was detached, and that tells before it does', async () => {
    await commands.nbctl('lr-lb-del', balancers.router);
    await commands.nbctl('ls-lb-del', balancers.switches[0], balancers.rows[1]);
    const task = 'octavia_reattach_load_balancers';
    const dry = await commands.run('tasks', 'run', task, '--dry-run');
    assert.equal(dry.code, 2);
    assert.equal(dry.out.match(/unlisted/g)?.length, 3);
    assert.deepEqual(await listedIn('Logical_Router', balancers.router), []);
    assert.equal((await commands.run('tasks', 'run', task)).out, `${task}: done, 3 rows changed\n`);
    assert.deepEqual(await listedIn('Logical_Router', balancers.router), both());
    assert.deepEqual(await listedIn('Logical_Switch', balancers.switches[0]), both());
    assert.equal((await commands.run('tasks', 'run', task)).out, `${task}: done, 0 rows changed\n`);
  });

  it('its tasks stand among those of Neutron, with where they come from', async () => {
    const { tasks } = JSON.parse((await commands.run('tasks', 'list', '-f', 'json')).out);
    const own = tasks.filter(({ origin }: { origin: string }) => origin === 'plugin:octavia');
    assert.deepEqual(
      own.map(({ name, since, state }: Record<string, unknown>) => [name, since, state]),
      [
        ['octavia_reattach_load_balancers', null, 'done'],
        ['octavia_format_ip_port_mappings_ipv6', null, 'never run'],
      ],
    );
    assert.equal(tasks.length, 56);
    assert.match(
      (await commands.run('tasks', 'list')).out,
      /^octavia_reattach_load_balancers +continuous +plugin:octavia +done/m,
    );
    assert.match(
      (await commands.run('tasks', 'show', 'octavia_reattach_load_balancers')).out,
      /^origin: +plugin:octavia$/m,
    );
    const history = await commands.run('tasks', 'history', 'octavia_reattach_load_balancers');
    assert.equal(history.out.match(/ done +/g)?.length, 2);
    assert.equal((await commands.run('tasks', 'disable', 'octavia_reattach_load_balancers')).code, 0);
    assert.match((await commands.run('tasks', 'list')).out, /^octavia_reattach_load_balancers .* done, off/m);
    assert.equal((await commands.run('tasks', 'enable', 'octavia_reattach_load_balancers')).code, 0);
  });

  it('brings a migration: mappings of old releases get their brackets, which is no drift', async () => {
    const [row] = balancers.rows;
    const old = 'ip_port_mappings:"fd00::5"="7e1f:fd00::2"';
    await commands.nbctl('set', 'Load_Balancer', row, old);
    assert.equal((await commands.run('check')).code, 0);
    const status = JSON.parse((await commands.run('migrations', 'status', '-f', 'json')).out);
    const left = status.migrations.filter((migration: { left: number }) => migration.left > 0);
    assert.deepEqual(
      left.map(({ name, origin }: { name: string; origin: string }) => [name, origin]),
      [['octavia_format_ip_port_mappings_ipv6', 'plugin:octavia']],
    );
    const { code, out } = await commands.run('migrations', 'run');
    assert.equal(code, 0, out);
    assert.match(out, /^octavia_format_ip_port_mappings_ipv6: done, 1 rows changed$/m);
    const mappings = await commands.nbctl('get', 'Load_Balancer', row, 'ip_port_mappings');
    assert.match(mappings, /"\[fd00::5\]"="7e1f:\[fd00::2\]"/);
    assert.doesNotMatch(mappings, /"fd00::5"=/);
    assert.match(mappings, new RegExp(`${balancers.vipPortId}:`), 'the others are as they were');
  });

  it('brings a check that finds nothing where all is well', async () => {
    const { code, out } = await commands.run('checks', 'run', 'octavia-load-balancers');
    assert.deepEqual([code, out], [0, 'octavia-load-balancers: nothing found\n']);
    const { checks } = JSON.parse((await commands.run('checks', 'list', '-f', 'json')).out);
    const own = checks.find(({ name }: { name: string }) => name === 'octavia-load-balancers');
    assert.deepEqual([own.origin, own.policy, own.can_repair], ['plugin:octavia', 'observe', false]);
  });

  it('and tells of balancers whose VIP port, address, network or router Neutron has no more', async () => {
    const [row] = balancers.rows;
    const gone = 'neutron-00000000-0000-4000-8000-000000000001';
    await commands.nbctl('set', 'Load_Balancer', row, `external_ids:lr_ref="${gone}, ${balancers.router}"`);
    await commands.nbctl('set', 'Load_Balancer', row, 'external_ids:"neutron:vip"=192.0.2.9');
    await commands.nbctl('set', 'Load_Balancer', row, `external_ids:ls_refs="{\\"${gone}\\": 1}"`);
    const first = await commands.run('checks', 'run', 'octavia-load-balancers');
    assert.equal(first.code, 2);
    assert.match(first.out, new RegExp(`counts VIPs or members on ${gone}, whose network is gone`));
    assert.match(first.out, new RegExp(`names ${gone}, whose router is gone`));
    assert.match(first.out, /answers at 192\.0\.2\.9, which none of its VIP ports has/);
    {
      using sqlite = new DatabaseSync(golden.databaseUrl.replace('sqlite:///', ''), {
        enableForeignKeyConstraints: false,
      });
      for (const table of [
        'ipallocations',
        'ml2_port_bindings',
        'ml2_port_binding_levels',
        'securitygroupportbindings',
      ]) {
        sqlite.prepare(`DELETE FROM ${table} WHERE port_id = ?`).run(balancers.vipPortId);
      }
      sqlite.prepare('DELETE FROM ports WHERE id = ?').run(balancers.vipPortId);
    }
    const second = await commands.run('checks', 'run', 'octavia-load-balancers');
    assert.equal(second.out.match(new RegExp(`has lost its VIP port ${balancers.vipPortId}`, 'g'))?.length, 2);
    // Told only: what Octavia wants, Neutron does not know.
    assert.equal((await commands.run('repair', '--yes')).code, 0);
    assert.equal(
      (await commands.nbctl('--bare', '--columns=_uuid', 'find', 'Load_Balancer', `name=${balancers.id}`)).split(/\s+/)
        .length,
      2,
    );
  });
});
