import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKS } from '../checks/catalogue/catalogue.ts';
import type { Check } from '../checks/check.ts';
import { policiesOf } from '../checks/policies.ts';
import { toTask } from '../checks/to-task.ts';
import type { ConfigSources } from '../config/sources.ts';
import type { DaemonEvent } from '../daemon/events.ts';
import type { Extension } from '../extension/extension.ts';
import type { Journal } from '../journal/journal.ts';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import { TASKS } from '../tasks/catalogue/catalogue.ts';
import { databaseIdentity } from '../tasks/fingerprint.ts';
import { Ledger } from '../tasks/ledger.ts';
import { type Permit, runService } from '../tasks/service.ts';
import type { Task } from '../tasks/task.ts';
import { notePasses } from './note-passes.ts';
import { taskLines } from './task-lines.ts';
import { driftlineVersion, openLedger } from './task-tools.ts';

interface Parts {
  readonly sources: ConfigSources;
  readonly deployment: Deployment;
  readonly extension: Extension;
  readonly journal: Journal;
  readonly neutron: WritableNeutronConnection;
  readonly permit: Permit;
  /** Nothing is written anywhere: the checks look, and that is all. */
  readonly onlyLooks: boolean;
  readonly log: (line: string) => void;
}

export interface RunningTasks extends AsyncDisposable {
  /** Tells them of the daemon's passes. */
  readonly onDaemonEvent: (event: DaemonEvent) => void;
}

/** The scheduled tasks and checks beside a daemon; they end with what it returns. */
export function startTasks(parts: Parts): RunningTasks {
  const { sources, deployment, extension, journal, neutron, permit, onlyLooks, log } = parts;
  const stop = new AbortController();
  const lines = taskLines();
  const checks = checkTasks(deployment, [...CHECKS, ...extension.checks], onlyLooks);
  const ledger = onlyLooks
    ? new Ledger(':memory:', databaseIdentity(deployment))
    : openLedger(sources, deployment, 'write');
  const note = notePasses(ledger, deployment);
  const running = runService(
    {
      deployment,
      journal,
      neutron,
      ledger,
      permit,
      limits: deployment.config.driftline,
      version: driftlineVersion,
      tasks: onlyLooks ? checks : [...TASKS, ...extension.tasks, ...checks],
      clock: {
        nowMs: Date.now,
        sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
      },
      random: Math.random,
      onEvent: (event) => {
        for (const line of lines(event)) log(line);
      },
    },
    stop.signal,
  );
  return {
    onDaemonEvent: (event) => {
      try {
        note(event);
      } catch (error) {
        // A full disk is no reason to end the daemon.
        log(`WARNING the ledger can't be written: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      ledger[Symbol.dispose]();
    },
  };
}

/** The checks that are not off, as the service runs them. */
function checkTasks({ config }: Deployment, checks: readonly Check[], onlyLooks: boolean): readonly Task[] {
  const policies = policiesOf(checks, config.driftline.checks);
  return checks.flatMap((check) => {
    const policy = policies.get(check.name) ?? check.defaultPolicy;
    return policy === 'off' ? [] : toTask(check, onlyLooks ? 'observe' : policy);
  });
}
