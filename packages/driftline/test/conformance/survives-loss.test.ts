/** `driftline run` outlives both databases: it says what it lost, finds it again, and repairs as before. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startOvsdbServer } from '../../src/demo/ovsdb-server.ts';
import { openGolden, readGolden } from '../lab/golden.ts';
import { startMariadb } from '../lab/mariadb.ts';
import { startDriftline } from './driftline-process.ts';

const run = promisify(execFile);

test('driftline run survives the loss of either database, and ends in order when told to', async (t) => {
  await using stack = new AsyncDisposableStack();
  const golden = stack.use(await openGolden('2026.1'));
  const mariadb = stack.use(await startMariadb());
  await mariadb.createDatabase('neutron');
  await mariadb.load('neutron', (await readGolden('2026.1', 'neutron.sql.gz')).toString());
  const overrides = join(golden.folder, 'mariadb.conf');
  await writeFile(overrides, `[database]\nconnection = ${mariadb.url('neutron')}\n`);

  const { endpoint, databaseFile } = golden.northbound;
  const nbctl = async (...args: string[]) => (await run('ovn-nbctl', [`--db=${endpoint}`, ...args])).stdout.trim();
  const port =
    (await nbctl('--bare', '--columns=name', 'find', 'Logical_Switch_Port', 'type=""')).split(/\s+/)[0] ?? '';
  const isEnabled = async () => (await nbctl('get', 'Logical_Switch_Port', port, 'enabled')) === 'true';
  /** Somebody switches the port off, and it is on again after a while. */
  const breakAndHeal = async () => {
    await nbctl('set', 'Logical_Switch_Port', port, 'enabled=false');
    const brokenAtMs = Date.now();
    while (!(await isEnabled())) await sleep(50);
    return Date.now() - brokenAtMs;
  };

  await using driftline = startDriftline(
    { configFiles: [...golden.configFiles, overrides], folder: golden.folder },
    [],
  );
  await driftline.untilPrinted(/the maintenance lock is held/);
  await driftline.untilPrinted(/full pass/);
  t.diagnostic(`repaired in ${await breakAndHeal()} ms before the losses`);

  await mariadb.process.kill();
  await driftline.untilPrinted(/WARNING .*again in \d+ ms/);
  // What is broken while SQL is away is repaired when it is back.
  await nbctl('set', 'Logical_Switch_Port', port, 'enabled=false');
  await sleep(1000);
  assert.equal(await isEnabled(), false);
  await mariadb.restart();
  const backAtMs = Date.now();
  while (!(await isEnabled())) await sleep(50);
  t.diagnostic(`repaired ${Date.now() - backAtMs} ms after MariaDB was back`);

  const socketFile = endpoint.replace('unix:', '');
  await golden.northbound.process.kill();
  await driftline.untilPrinted(/WARNING .*lost the Northbound/);
  stack.use(await startOvsdbServer({ databaseFile, socketFile }));
  await driftline.untilPrinted(/the maintenance lock is held/, 2);
  t.diagnostic(`repaired in ${await breakAndHeal()} ms after the Northbound was back`);

  assert.equal(await driftline.terminate(), 'exit code 0');
  assert.match(driftline.log(), /INFO stopped\n?$/);
  assert.doesNotMatch(driftline.log(), /ERROR|Error:/);
  assert.throws(() => process.kill(-driftline.process.pid, 0), { code: 'ESRCH' }, 'a process of it is left');
});
