import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { librarySchema } from './library.ts';

const testing = new URL('../src/testing/index.ts', import.meta.url).href;

interface Started {
  readonly pids: readonly number[];
  readonly paths: readonly string[];
}

/** A program that has started a server, a proxy and a cluster, has said so, and never ends them. */
async function startProgram(more = ''): Promise<{ program: ChildProcess; started: Started }> {
  const code = `
    import { FaultProxy, startOvsdbCluster, startOvsdbServer } from '${testing}';
    ${more}
    const server = await startOvsdbServer({ schema: '${librarySchema}' });
    const proxy = await FaultProxy.start({ target: server.endpoint });
    const cluster = await startOvsdbCluster({ schema: '${librarySchema}', size: 1 });
    const [member] = cluster.servers;
    const paths = [server.folder, member.folder, proxy.endpoint.slice('unix:'.length)];
    console.log(JSON.stringify({ pids: [server.pid, member.pid], paths }));
    setInterval(() => {}, 1000);
  `;
  const program = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: program.stdout as NodeJS.ReadableStream }), 'line');
  return { program, started: JSON.parse(line) };
}

/** A process that was killed may be there for a moment more. */
async function untilGone(pid: number): Promise<void> {
  while (isRunning(pid)) await sleep(5);
}

/** One that has ended and waits for whoever is to collect it runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function assertNothingLeft({ pids, paths }: Started): Promise<void> {
  for (const path of paths) assert.ok(!existsSync(path), `${path} is gone`);
  for (const pid of pids) await untilGone(pid);
}

describe('servers for tests', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`end with a process that ${signal} ends, and leave no file`, async () => {
      const { program, started } = await startProgram();
      for (const path of started.paths) assert.ok(existsSync(path), `${path} is there at first`);
      program.kill(signal);
      assert.deepEqual(await once(program, 'exit'), [null, signal], 'the signal still does what it does by itself');
      await assertNothingLeft(started);
    });
  }

  it('end with a process that ends by itself, and leave no file', async () => {
    const { program, started } = await startProgram("process.on('SIGUSR2', () => process.exit(3));");
    program.kill('SIGUSR2');
    assert.deepEqual(await once(program, 'exit'), [3, null]);
    await assertNothingLeft(started);
  });

  it('go on when the program handles the signal itself, until it ends', async () => {
    const { program, started } = await startProgram(
      "process.once('SIGTERM', () => setImmediate(() => { server.appctl('ovsdb-server/list-dbs').then(() => process.exit(4)); }));",
    );
    program.kill('SIGTERM');
    assert.deepEqual(await once(program, 'exit'), [4, null]);
    await assertNothingLeft(started);
  });
});
