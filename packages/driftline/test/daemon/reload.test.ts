import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { OvsdbClient } from '@driftline/ovsdb';
import { main } from '../../src/cli/main.ts';
import { MAINTENANCE_LOCK } from '../../src/northbound/session.ts';
import { configArguments } from '../golden/deployment.ts';
import { openGolden } from '../lab/golden.ts';

const exec = promisify(execFile);

it('the daemon applies a configuration that it is told to read, keeps the lock, and keeps on where it can not be read', async () => {
  await using stack = new AsyncDisposableStack();
  const golden = stack.use(await openGolden('2026.1'));
  const file = join(golden.folder, 'changing.conf');
  const configure = (strategy: string) => writeFile(file, `[ovn]\nha_failover_strategy = ${strategy}\n`);
  await configure('normal');
  const stop = new AbortController();
  const listeners = new Set<() => void>();
  const reload = () => {
    for (const listener of [...listeners]) listener();
  };
  let out = '';
  const note = (text: string) => {
    out += text;
  };
  const flags = [...configArguments(golden), '--config-file', file, '--driftline-grace_period', '0'];
  const run = (argv: readonly string[], terminal = note) =>
    main(
      [...argv, ...flags],
      { out: terminal, err: terminal, isInteractive: false, ask: undefined },
      stop.signal,
      (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    );
  const daemon = run(['run', '--events', 'off']);
  stack.defer(async () => {
    stop.abort();
    await daemon;
  });
  const untilLogged = async (pattern: RegExp, times = 1) => {
    while ([...out.matchAll(pattern)].length < times) await sleep(10);
  };
  await untilLogged(/full pass/g);
  // A worker of Neutron's, which waits in the queue.
  await using other = await OvsdbClient.connect({
    endpoints: golden.northbound.endpoint,
    database: 'OVN_Northbound',
    tables: {},
    lock: MAINTENANCE_LOCK,
  });

  await configure('no-such-strategy');
  reload();
  await untilLogged(/ERROR the configuration stays as it was: .*no-such-strategy/g);
  await configure('conservative');
  reload();
  await untilLogged(/INFO the configuration is read again/g);
  const multiplier = async () =>
    (await exec('ovn-nbctl', [`--db=${golden.northbound.endpoint}`, 'get', 'NB_Global', '.', 'options:bfd-mult']))
      .stdout;
  while (!(await multiplier()).includes('6')) await sleep(20);
  await other.sync();
  assert.notEqual(other.lockState, 'held');
  assert.equal([...out.matchAll(/ watching Neutron /g)].length, 2);
  // The task that is about the option has another turn for it.
  const stateOf = async (): Promise<string> => {
    let shown = '';
    await run(['tasks', 'show', 'update_ha_failover', '-f', 'json'], (text) => {
      shown += text;
    });
    return JSON.parse(shown).state;
  };
  while ((await stateOf()) !== 'done') await sleep(20);
});
