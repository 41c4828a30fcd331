import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { workspace } from './measure.ts';

/** What a figure means nothing without. */
export function describeMachine(): Record<string, string | number> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    load_average: Number((loadavg()[0] ?? 0).toFixed(2)),
    node: process.version,
    commit: print('git', ['-C', workspace, 'rev-parse', '--short', 'HEAD']),
    ovsdb_server: print('ovsdb-server', ['--version']),
    mariadb: print('mariadbd', ['--version']),
    at: new Date().toISOString(),
  };
}

/** The first line that the program prints. */
function print(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', cwd: join(workspace) }).split('\n')[0] ?? '';
  } catch {
    return 'unknown';
  }
}
