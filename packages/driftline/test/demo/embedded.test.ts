import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startEmbedded } from '../../src/demo/embedded.ts';
import { sampleRelease } from '../lab/build-sample.ts';
import { openGolden } from '../lab/golden.ts';

const run = promisify(execFile);

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'driftline-demo-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function list(tool: 'ovn-nbctl' | 'ovn-sbctl', endpoint: string, table: string, column: string) {
  const { stdout } = await run(tool, [`--db=${endpoint}`, '--bare', `--columns=${column}`, 'list', table]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

function everyRow(databaseFile: string) {
  using database = new DatabaseSync(databaseFile, { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
  return tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${name}" ORDER BY rowid`).all()]);
}

test('the demo starts with an empty Northbound, living chassis and the golden deployment in SQLite', async () => {
  await using folder = await temporaryFolder();
  await using embedded = await startEmbedded(folder.path);
  await using golden = await openGolden(sampleRelease);
  assert.equal((await list('ovn-nbctl', embedded.nbEndpoint, 'NB_Global', '_uuid')).length, 1);
  assert.deepEqual(await list('ovn-nbctl', embedded.nbEndpoint, 'Logical_Switch', 'name'), []);
  for (const column of ['name', 'hostname', 'external_ids', 'other_config']) {
    assert.deepEqual(
      await list('ovn-sbctl', embedded.sbEndpoint, 'Chassis', column),
      await list('ovn-sbctl', golden.southbound.endpoint, 'Chassis', column),
    );
  }
  assert.deepEqual(
    everyRow(embedded.neutronDatabaseFile),
    everyRow(golden.databaseUrl.replace('sqlite:///', '')),
    'the sample is older than the golden deployment: run build-sample.ts',
  );
});

test('what the demo holds survives a restart', async () => {
  await using folder = await temporaryFolder();
  {
    await using first = await startEmbedded(folder.path);
    await run('ovn-nbctl', [`--db=${first.nbEndpoint}`, 'ls-add', 'kept']);
  }
  await using second = await startEmbedded(folder.path);
  assert.deepEqual(await list('ovn-nbctl', second.nbEndpoint, 'Logical_Switch', 'name'), ['kept']);
});

test('a state folder whose name is too long for a unix socket works', async () => {
  await using folder = await temporaryFolder();
  const embedded = await startEmbedded(join(folder.path, 'deep'.repeat(30)));
  const socketFolder = dirname(embedded.nbEndpoint.replace('unix:', ''));
  assert.equal((await list('ovn-nbctl', embedded.nbEndpoint, 'NB_Global', '_uuid')).length, 1);
  await embedded[Symbol.asyncDispose]();
  assert.equal(existsSync(socketFolder), false);
});

test('a second demo in the same state folder is refused by the name of the first', async () => {
  await using folder = await temporaryFolder();
  await using other = await demoInAnotherProcess(folder.path);
  await assert.rejects(startEmbedded(folder.path), new RegExp(`process ${other.pid} already runs the demo`));
});

test('a demo that was killed leaves nothing in the way of the next', async () => {
  await using folder = await temporaryFolder();
  {
    await using other = await demoInAnotherProcess(folder.path);
    await other.kill();
  }
  await using embedded = await startEmbedded(folder.path);
  assert.equal((await list('ovn-nbctl', embedded.nbEndpoint, 'NB_Global', '_uuid')).length, 1);
});

async function demoInAnotherProcess(stateFolder: string) {
  const module = JSON.stringify(join(import.meta.dirname, '..', '..', 'src', 'demo', 'embedded.ts'));
  const script = `const { startEmbedded } = await import(${module});
    await startEmbedded(${JSON.stringify(stateFolder)}); console.log('up'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { pid: child.pid, kill, [Symbol.asyncDispose]: kill };
}
