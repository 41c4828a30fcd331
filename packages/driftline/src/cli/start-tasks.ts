import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKS } from '../checks/catalogue/catalogue.ts';
import type { Check } from '../checks/check.ts';
import { policiesOf } from '../checks/policies.ts';
import { toTask } from '../checks/to-task.ts';
import type { ConfigSources } from '../config/sources.ts';
import type { Extension } from '../extension/load-extension.ts';
import type { Journal } from '../journal/journal.ts';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import { whyOf } from '../tasks/attempt.ts';
import { type Permit, runService } from '../tasks/service.ts';
import type { Task } from '../tasks/task.ts';
import type { WorkerEvent } from '../tasks/worker.ts';
import { driftlineVersion, openLedger } from './task-tools.ts';
import { printable } from './terminal.ts';

interface Parts {
  readonly sources: ConfigSources;
  readonly deployment: Deployment;
  readonly extension: Extension;
  readonly journal: Journal;
  readonly neutron: WritableNeutronConnection;
  readonly permit: Permit;
  readonly log: (line: string) => void;
}

/** The scheduled tasks beside a daemon; they end with what it returns. */
export function startTasks({ sources, deployment, extension, journal, neutron, permit, log }: Parts): AsyncDisposable {
  const stop = new AbortController();
  const ledger = openLedger(sources, deployment, 'write');
  const running = runService(
    {
      deployment,
      journal,
      neutron,
      ledger,
      permit,
      limits: deployment.config.driftline,
      version: driftlineVersion,
      added: [...extension.tasks, ...checkTasks(deployment, [...CHECKS, ...extension.checks])],
      clock: {
        nowMs: Date.now,
        sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
      },
      random: Math.random,
      onEvent: (event) => {
        const line = taskLine(event);
        if (line !== undefined) log(line);
      },
    },
    stop.signal,
  );
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      ledger[Symbol.dispose]();
    },
  };
}

/** The checks that are not off, as the service runs them. */
function checkTasks({ config }: Deployment, checks: readonly Check[]): readonly Task[] {
  const policies = policiesOf(checks, config.driftline.checks);
  return checks.flatMap((check) => {
    const policy = policies.get(check.name) ?? check.defaultPolicy;
    return policy === 'off' ? [] : toTask(check, policy);
  });
}

/** What did nothing is in the ledger, and no news. */
function taskLine(event: WorkerEvent): string | undefined {
  if (event.kind === 'task-stuck') {
    return `ERROR task ${event.name} does not end: the others go on without it`;
  }
  const { name, attempt, durationMs } = event;
  const why = whyOf(attempt);
  const because = why === undefined ? '' : `: ${printable(why)}`;
  switch (attempt.is) {
    case 'done':
      return attempt.changed === 0
        ? undefined
        : `INFO task ${name}: ${attempt.changed} rows changed in ${durationMs} ms`;
    case 'skipped':
      return undefined;
    case 'observed':
      return `WARNING ${name}${because}`;
    case 'pending':
      return `INFO task ${name} goes on later, ${attempt.changed} rows changed so far${because}`;
    case 'refused':
    case 'failed':
      return `WARNING task ${name} ${attempt.is}, ${attempt.changed} rows changed${because}`;
    default:
      attempt satisfies never;
      return undefined;
  }
}
