import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { type Golden, openGolden } from '../lab/golden.ts';
import { type Balancers, commandsOf, EXAMPLE, plantBalancers } from './balancers.ts';

/** All that a plugin has throws, and for ever; it stands before the example, and is asked first. */
const BROKEN = `export default {
  name: 'broken',
  interfaceVersion: 1,
  rows: [{ table: 'Load_Balancer', claim: () => { throw new Error('no claim'); } }],
  tasks: [{
    name: 'broken_task', kind: 'continuous', gate: 'none', spacingMs: 60000, reads: 'nothing', writes: 'nothing',
    work: { is: 'code', look: async () => { throw new Error('no task'); } },
  }],
  checks: [
    { name: 'broken-check', looksAt: 'nothing', look: () => { throw new Error('no check'); } },
    { name: 'broken-answer', looksAt: 'nothing', look: () => [{ what: 7 }] },
  ],
};`;

describe('a plugin that throws', () => {
  let golden: Golden;
  let balancers: Balancers;
  let commands: Awaited<ReturnType<typeof commandsOf>>;

  before(async () => {
    golden = await openGolden('2026.1');
    balancers = await plantBalancers(golden);
    const file = join(golden.folder, 'broken.mjs');
    await writeFile(file, BROKEN);
    commands = await commandsOf(golden, file, EXAMPLE);
  });
  after(() => golden[Symbol.asyncDispose]());

  it('is told by check, and keeps no other from its rows', async () => {
    const { code, out } = await commands.run('check');
    assert.equal(code, 0, out);
    assert.match(out, /^Plugin broken failed on \d+ rows of Load_Balancer \(claim\): no claim$/m);
    assert.match(out, /0 of broken, 3 of octavia, 0 of other owners left alone/);
    const report = JSON.parse((await commands.run('check', '-f', 'json')).out);
    assert.deepEqual(
      report.owner_faults.map(({ owner, during, message }: Record<string, unknown>) => [owner, during, message]),
      [['broken', 'claim', 'no claim']],
    );
    assert.ok(report.owner_faults[0].rows >= 2);
  });

  it('has its task counted as failed, with the cause', async () => {
    const { code, out } = await commands.run('tasks', 'run', 'broken_task');
    assert.equal(code, 1);
    assert.match(out, /^broken_task: failed, 0 rows changed \(no task\)$/m);
    assert.match((await commands.run('tasks', 'show', 'octavia_reattach_load_balancers')).out, /Nothing to do/);
    const { tasks } = JSON.parse((await commands.run('tasks', 'list', '-f', 'json')).out);
    const task = tasks.find(({ name }: { name: string }) => name === 'broken_task');
    assert.deepEqual([task.state, task.failures, task.why], ['failed', 1, 'no task']);
  });

  it('has its checks told as failed, and the others look', async () => {
    const names = ['broken-check', 'broken-answer', 'octavia-load-balancers'];
    const { code, out } = await commands.run('checks', 'run', ...names);
    assert.equal(code, 1);
    assert.match(out, /^broken-check: failed \(no check\)$/m);
    assert.match(out, /^broken-answer: failed \(look has to answer a list of findings/m);
    assert.match(out, /^octavia-load-balancers: nothing found$/m);
  });

  it('does not stop a daemon, which tells of it once and goes on repairing', async () => {
    const stop = new AbortController();
    let out = '';
    const waiting = new Set<() => void>();
    const terminal = {
      out: (text: string) => {
        out += text;
        for (const look of waiting) look();
      },
      err: () => {},
      isInteractive: false,
      ask: undefined,
    };
    const heard = (what: RegExp): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => {
        if (!what.test(out)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      return promise;
    };
    const old = 'ip_port_mappings:"fd00::5"="7e1f:fd00::2"';
    await commands.nbctl('set', 'Load_Balancer', balancers.rows[0], old);
    const flags = ['--driftline-grace_period', '0', '--events', 'off'];
    const running = main(['run', ...flags, ...commands.config], terminal, stop.signal);
    const ended = running.then(() => assert.fail(`the daemon ended:\n${out}`));
    ended.catch(() => undefined);
    const said = (what: RegExp): Promise<void> => Promise.race([heard(what), ended]);
    try {
      await said(/WARNING plugin broken failed on Load_Balancer \(claim\): no claim/);
      await said(/WARNING task broken_task failed, 0 rows changed: no task/);
      await said(/WARNING task broken-check failed, 0 rows changed: no check/);
      await said(/INFO task octavia_format_ip_port_mappings_ipv6: 1 rows changed/);
      await commands.nbctl('ls-lb-del', balancers.switches[1]);
      const wanted = `load_balancer=${[...balancers.rows].sort().join(',')}`;
      await Promise.race([commands.nbctl('wait-until', 'Logical_Switch', balancers.switches[1], wanted), ended]);
      await said(/INFO \d+ of \d+ transactions applied/);
      assert.equal(out.match(/plugin broken failed on/g)?.length, 1);
    } finally {
      stop.abort();
      assert.equal(await running, 0);
    }
  });
});
