/** Starts `ovsdb-server` on a database file and a unix socket, for the demo and the tests. */
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningProcess, startProcess, waitUntilReady } from './process.ts';

const run = promisify(execFile);

/** Where Debian's and Fedora's OVN packages put their schemas. */
const schemaFolder = '/usr/share/ovn';

export type OvnDatabase = 'northbound' | 'southbound';

export interface OvsdbServerOptions {
  readonly databaseFile: string;
  /** At most 107 bytes, the kernel's limit for the name of a unix socket. */
  readonly socketFile: string;
  /** Further `--remote` arguments, such as `ptcp:0:127.0.0.1`. */
  readonly remotes?: readonly string[];
}

export interface OvsdbServer extends AsyncDisposable {
  /** As OVN spells it: `unix:/path`. */
  readonly endpoint: string;
  readonly databaseFile: string;
  readonly process: RunningProcess;
  /** Runs `ovs-appctl COMMAND…` on the server and returns what it prints. */
  appctl(...command: string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function createOvnDatabase(databaseFile: string, which: OvnDatabase): Promise<void> {
  const schema = join(schemaFolder, which === 'northbound' ? 'ovn-nb.ovsschema' : 'ovn-sb.ovsschema');
  await run('ovsdb-tool', ['create', databaseFile, schema]);
}

export async function startOvsdbServer(options: OvsdbServerOptions): Promise<OvsdbServer> {
  const { databaseFile, socketFile } = options;
  const name = basename(databaseFile, '.db');
  const controlFile = join(dirname(socketFile), `${name}.ctl`);
  const server = startProcess({
    command: 'ovsdb-server',
    args: [
      `--remote=punix:${socketFile}`,
      ...(options.remotes ?? []).map((remote) => `--remote=${remote}`),
      `--unixctl=${controlFile}`,
      '-vfile:off',
      '-vsyslog:off',
      '-vconsole:info',
      databaseFile,
    ],
    logFile: join(dirname(databaseFile), `${name}.log`),
    env: { OVS_RUNDIR: dirname(socketFile) },
  });
  try {
    await waitUntilReady(server, () => answersOn(socketFile), 60_000);
  } catch (error) {
    await server.kill();
    throw error;
  }
  return {
    endpoint: `unix:${socketFile}`,
    databaseFile,
    process: server,
    appctl: async (...command) => (await run('ovs-appctl', ['-t', controlFile, ...command])).stdout,
    stop: () => server.stop(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** A stale socket file of a dead server refuses the connection, so this tells it from a living one. */
export function answersOn(socketFile: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketFile);
    const settle = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(1000, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
