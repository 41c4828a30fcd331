import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { CHECKS } from '../../src/checks/catalogue/catalogue.ts';
import { main } from '../../src/cli/main.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { configArguments } from '../golden/deployment.ts';
import { type Golden, openGolden } from '../lab/golden.ts';

const exec = promisify(execFile);

describe('the commands of checks', () => {
  let golden: Golden;
  before(async () => {
    golden = await openGolden('2026.1');
  });
  after(() => golden[Symbol.asyncDispose]());

  const run = async (...argv: readonly string[]) => {
    return await runCommandLine([...argv, ...configArguments(golden)]);
  };
  const sbctl = async (...args: readonly string[]) =>
    (await exec('ovn-sbctl', [`--db=${golden.southbound.endpoint}`, ...args])).stdout.trim();
  const leaveBehind = async (name: string) => {
    await sbctl('create', 'Chassis_Private', `name=${name}`, 'nb_cfg_timestamp=5');
  };
  const LEFT = 'Chassis_Private left has no Chassis: deleted';

  it('list names every check with its policy, before any has run', async () => {
    const { code, out } = await run('checks', 'list', '-f', 'json');
    assert.equal(code, 0);
    const { checks } = JSON.parse(out);
    assert.deepEqual(
      checks.map(({ name }: { name: string }) => name),
      CHECKS.map(({ name }) => name),
    );
    assert.ok(
      checks.every(({ state, found }: { state: string; found: [] }) => state === 'never run' && found.length === 0),
    );
    const table = await run('checks', 'list', '--driftline-checks', 'agents:off,port-status:repair');
    assert.match(table.out, /^agents +off +off +0 /m);
    assert.match(table.out, /^port-status +repair +never run +0 /m);
  });

  it('run finds nothing on a healthy deployment', async () => {
    const { code, out } = await run('checks', 'run');
    assert.equal(code, 0);
    assert.deepEqual(
      out.trim().split('\n'),
      CHECKS.map(({ name }) => `${name}: nothing found`),
    );
  });

  it('run tells what is so and what would be, and writes nothing', async () => {
    await leaveBehind('left');
    for (const flags of [[], ['--repair', '--dry-run']]) {
      const { code, out } = await run('checks', 'run', 'chassis-private', 'agents', ...flags);
      assert.equal(code, 2);
      assert.match(out, new RegExp(`^chassis-private: 1 found\n {2}${LEFT}$`, 'm'));
    }
    const { checks } = JSON.parse((await run('checks', 'run', 'chassis-private', '-f', 'json')).out);
    assert.equal(checks[0].findings[0].would_be, 'deleted');
    assert.notEqual(await sbctl('find', 'Chassis_Private', 'name=left'), '');
  });

  it('run --repair without names repairs nothing that no policy says', async () => {
    assert.deepEqual(await run('checks', 'run', '--repair'), { code: 0, out: '', err: '' });
    assert.notEqual(await sbctl('find', 'Chassis_Private', 'name=left'), '');
  });

  it('run --repair repairs what is named, and list tells of it', async () => {
    const { code, out } = await run('checks', 'run', 'chassis-private', '--repair');
    assert.deepEqual([code, out], [0, 'chassis-private: done, 1 rows changed\n']);
    assert.equal(await sbctl('find', 'Chassis_Private', 'name=left'), '');
    const { checks } = JSON.parse((await run('checks', 'list', '-f', 'json')).out);
    const line = checks.find(({ name }: { name: string }) => name === 'chassis-private');
    assert.deepEqual([line.state, line.changed, line.found], ['done', 1, [LEFT]]);
  });

  it('refuse a name that is none, a policy that is none, and to repair what only looks', async () => {
    assert.deepEqual(await run('checks', 'run', 'nonsense'), {
      code: 1,
      out: '',
      err: 'there is no check nonsense; see driftline checks list\n',
    });
    assert.match((await run('checks', 'run', 'agents', '--repair')).err, /^agents only looks/);
    const { code, err } = await run('checks', 'list', '--driftline-checks', 'agents:on');
    assert.equal(code, 1);
    const checked = await run('config', 'check', '--driftline-checks', 'agents:on');
    assert.equal(checked.code, 1);
    assert.match(checked.out, /error: \[driftline\] checks gives agents the policy "on"; choose one of observe/);
    assert.match(err, /\[driftline\] checks gives agents the policy "on"; choose one of observe, repair, off/);
  });

  /** A daemon's log until it has such a line; then the daemon is stopped. */
  const daemonUntil = async (pattern: RegExp, ...flags: readonly string[]): Promise<string> => {
    const stop = new AbortController();
    let log = '';
    const terminal = {
      out: (text: string) => {
        log += text;
        if (pattern.test(log)) stop.abort();
      },
      err: () => {},
      isInteractive: false,
      ask: undefined,
    };
    await main(['run', '--events', 'off', ...flags, ...configArguments(golden)], terminal, stop.signal);
    return log;
  };

  it('are what the daemon runs: it tells under observe, and repairs under repair', async () => {
    await leaveBehind('left');
    await daemonUntil(new RegExp(`WARNING chassis-private: ${LEFT}`));
    assert.notEqual(await sbctl('find', 'Chassis_Private', 'name=left'), '');
    const log = await daemonUntil(
      /INFO task chassis-private: 1 rows changed/,
      '--driftline-checks',
      'chassis-private:repair',
    );
    assert.doesNotMatch(log, /WARNING task/, 'what the end cuts off has not failed');
    assert.equal(await sbctl('find', 'Chassis_Private', 'name=left'), '');
  });

  it('only look beside a daemon that only looks, whatever their policy, and leave no ledger of it', async () => {
    await leaveBehind('left');
    const { checks: before } = JSON.parse((await run('checks', 'list', '-f', 'json')).out);
    const told = new RegExp(`WARNING chassis-private: ${LEFT}`);
    await daemonUntil(told, '--observe', '--driftline-checks', 'chassis-private:repair');
    await daemonUntil(told, '--additive', '--driftline-checks', 'chassis-private:repair');
    assert.notEqual(await sbctl('find', 'Chassis_Private', 'name=left'), '');
    assert.deepEqual(JSON.parse((await run('checks', 'list', '-f', 'json')).out).checks, before);
  });
});
