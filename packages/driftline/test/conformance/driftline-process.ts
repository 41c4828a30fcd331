import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logTail, type RunningProcess, startProcess } from '../../src/demo/process.ts';
import type { NeutronLab } from '../lab/neutron-lab.ts';
import { configArguments } from './live-neutron.ts';

const executable = join(import.meta.dirname, '..', '..', 'bin', 'driftline.js');

export interface RunningDriftline extends AsyncDisposable {
  readonly process: RunningProcess;
  /** All it has printed. */
  log(): string;
  /** Resolves when it has printed a line like this, `times` times in all; throws when it ends instead. */
  untilPrinted(pattern: RegExp, times?: number): Promise<void>;
  /** Tells it to end as systemd does; answers how it ended. */
  terminate(): Promise<string>;
}

/** `driftline run` as a process of its own. */
export function startDriftline(
  lab: Pick<NeutronLab, 'configFiles' | 'folder'>,
  flags: readonly string[],
): RunningDriftline {
  const logFile = join(lab.folder, 'driftline.log');
  const server = startProcess({
    command: process.execPath,
    args: [executable, 'run', ...configArguments(lab), ...flags],
    logFile,
  });
  const log = () => logTail(logFile, Number.MAX_SAFE_INTEGER);
  return {
    process: server,
    log,
    untilPrinted: async (pattern, times = 1) => {
      const every = new RegExp(pattern, 'g');
      while ((log().match(every)?.length ?? 0) < times) {
        if (!server.isRunning()) throw new Error(`driftline ended (${await server.ended}):\n${log()}`);
        await sleep(100);
      }
    },
    terminate: async () => {
      process.kill(server.pid, 'SIGTERM');
      return server.ended;
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
