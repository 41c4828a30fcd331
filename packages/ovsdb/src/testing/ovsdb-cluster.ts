import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeTemporaryFolder, removeTemporary } from './leftovers.ts';
import { chooseAddress, type OvsdbServer, ServerProcess, startPatienceMs } from './ovsdb-server.ts';

const run = promisify(execFile);

export interface OvsdbClusterOptions {
  /** An `.ovsschema` file, or the file of a standalone database whose content the cluster begins with. */
  readonly schema: string;
  /** `unix` by default, where servers never probe: a client that hangs keeps its connection, and its locks. */
  readonly listen?: 'unix' | 'tcp';
  /** Three by default. */
  readonly size?: number;
  /** How long followers wait for a leader before they elect another; 1000 by default. */
  readonly electionTimerMs?: number;
}

/** Servers that form one RAFT cluster. */
export interface OvsdbCluster extends AsyncDisposable {
  readonly databaseName: string;
  readonly servers: readonly OvsdbServer[];
  /** Of all servers, separated by commas. */
  readonly endpoints: string;
  /** Waits until the running servers agree on one. */
  leader(): Promise<OvsdbServer>;
  stop(): Promise<void>;
}

export async function startOvsdbCluster({
  schema,
  listen = 'unix',
  size = 3,
  electionTimerMs = 1000,
}: OvsdbClusterOptions): Promise<OvsdbCluster> {
  const folder = makeTemporaryFolder('ovsdb-cluster');
  const servers: ServerProcess[] = [];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await removeTemporary(folder);
  };
  try {
    const databaseName = await readName(schema);
    const raftAddress = (index: number) => `unix:${join(folder, String(index), 'raft.sock')}`;
    for (let index = 0; index < size; index++) {
      const own = join(folder, String(index));
      await mkdir(own);
      const databaseFile = join(own, 'database.db');
      const create =
        index === 0
          ? ['create-cluster', `--election-timer=${electionTimerMs}`, databaseFile, schema, raftAddress(0)]
          : ['join-cluster', databaseFile, databaseName, raftAddress(index), raftAddress(0)];
      await run('ovsdb-tool', create);
      const server = new ServerProcess({
        folder: own,
        databaseFile,
        databaseName,
        args: [],
        certificates: undefined,
        ...(await chooseAddress(listen, own)),
      });
      servers.push(server);
      await server.start();
      await untilJoined(server, folder);
    }
    return {
      databaseName,
      servers,
      endpoints: servers.map((server) => server.endpoint).join(','),
      leader: () => findLeader(servers),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readName(schema: string): Promise<string> {
  const command = schema.endsWith('.ovsschema') ? 'schema-name' : 'db-name';
  return (await run('ovsdb-tool', [command, schema])).stdout.trim();
}

async function untilJoined(server: ServerProcess, folder: string): Promise<void> {
  const deadline = Date.now() + startPatienceMs;
  while (Date.now() < deadline) {
    const status = await readStatus(server);
    if (/^Status: cluster member/m.test(status) && /^Leader: (?!unknown)/m.test(status)) return;
    await delay(20);
  }
  throw new Error(`a server in ${folder} did not join its cluster: ${await server.readLog()}`);
}

async function findLeader(servers: readonly ServerProcess[]): Promise<OvsdbServer> {
  const deadline = Date.now() + startPatienceMs;
  while (Date.now() < deadline) {
    for (const server of servers) {
      if (server.pid !== undefined && /^Role: leader/m.test(await readStatus(server))) return server;
    }
    await delay(20);
  }
  throw new Error('the cluster elected no leader');
}

async function readStatus(server: ServerProcess): Promise<string> {
  return await server.appctl('cluster/status', server.databaseName).catch(() => '');
}
