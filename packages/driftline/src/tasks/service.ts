import type { OvsdbClient } from '@driftline/ovsdb';
import type { Journal } from '../journal/journal.ts';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import type { Limits } from '../plan/limits.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import { check } from '../reconcile/reconcile.ts';
import { type Attempt, attemptTask } from './attempt.ts';
import { TASKS } from './catalogue/catalogue.ts';
import { fingerprintOf } from './fingerprint.ts';
import { isEnabled, type Ledger } from './ledger.ts';
import { Scheduler } from './scheduler.ts';
import { SharedLook } from './shared-look.ts';
import type { Task } from './task.ts';
import { type Clock, TaskWorker, type WorkerEvent } from './worker.ts';

export interface ServiceOptions {
  readonly deployment: Deployment;
  readonly journal: Journal;
  readonly neutron: WritableNeutronConnection;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly version: string;
  /** The tasks; the catalogue where absent. */
  readonly tasks?: readonly Task[];
  /** Beside a daemon, the daemon's; else who has the lock may. */
  readonly permit?: Permit;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly onEvent: (event: WorkerEvent) => void;
}

/** Whether the maintenance is ours to do, now. Withdrawn when the lock is lost. */
export interface Permit {
  readonly isGiven: boolean;
  /** Returns what takes the listener off again. */
  onChange(listener: (isGiven: boolean) => void): () => void;
}

const permitOfLock = ({ northbound: { client } }: Deployment): Permit => ({
  get isGiven() {
    return client.lockState === 'held';
  },
  onChange: (listener) => client.on('lock', (state) => listener(state === 'held')),
});

/** Resolves when the permit is given, and when the lock that it waits for is with somebody else. */
async function untilDecided(permit: Permit, client: OvsdbClient, signal: AbortSignal): Promise<void> {
  using waiting = new DisposableStack();
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (permit.isGiven || client.lockState !== 'held' || signal.aborted) resolve();
  };
  waiting.defer(permit.onChange(look));
  waiting.defer(client.on('lock', look));
  signal.addEventListener('abort', look, { once: true });
  waiting.defer(() => signal.removeEventListener('abort', look));
  look();
  await promise;
}

/** Reading a large deployment takes seconds. */
export const DEADLINE_MS = 300_000;
/** How soon `driftline tasks enable` and `disable` are heeded. */
const HEED_MS = 30_000;

/**
 * Runs the scheduled tasks beside a daemon, until the signal aborts. The daemon's passes mend drift when it is old
 * enough; here is what they leave: history, SQL and the Southbound.
 */
export async function runService(options: ServiceOptions, signal: AbortSignal): Promise<void> {
  const { deployment, ledger, clock } = options;
  const tasks = (options.tasks ?? TASKS).filter(isScheduled);
  const find = (name: string): Task | undefined => tasks.find((task) => task.name === name);
  const { client } = deployment.northbound;
  const permit = options.permit ?? permitOfLock(deployment);
  // Who has the lock from the beginning takes over from nobody: what the ledger knows to be done stays done.
  await untilDecided(permit, client, signal);
  const looks = new SharedLook((look) => check(deployment, look), clock);
  const wanted = (): ReadonlySet<string> =>
    new Set(tasks.filter((task) => isEnabled(task, ledger)).map(({ name }) => name));
  let enabled = wanted();
  const scheduler = new Scheduler(tasks, {
    nowMs: clock.nowMs(),
    random: options.random,
    isSettled: (name) => isDone(find(name), options),
  });
  const worker = new TaskWorker({
    scheduler,
    isLockHeld: permit.isGiven,
    clock,
    deadlineMs: DEADLINE_MS,
    onEvent: (event) => {
      if (event.kind === 'task' && event.attempt.is === 'skipped') return;
      options.onEvent(event);
    },
    attempt: async (name, cancel): Promise<Attempt> => {
      const task = find(name);
      if (task === undefined || !enabled.has(name)) return { is: 'skipped', why: 'it is switched off' };
      try {
        const tools = { ...options, look: looks.forOne(cancel), leavesDrift: true, signal: cancel, ending: signal };
        const attempt = await attemptTask(task, tools);
        if (attempt.is !== 'done') looks.forget();
        return attempt;
      } catch (cause) {
        // The ledger could not be written: a full disk is no reason to end the daemon.
        return { is: 'failed', changed: 0, cause };
      }
    },
  });

  using listening = new DisposableStack();
  let wake = new AbortController();
  listening.defer(
    permit.onChange((isGiven) => {
      worker.lockChanged(isGiven);
      wake.abort();
    }),
  );
  let schema = client.schema.version;
  listening.defer(
    client.on('reconnected', () => {
      if (client.schema.version === schema) return;
      schema = client.schema.version;
      scheduler.again(clock.nowMs());
      wake.abort();
    }),
  );
  while (!signal.aborted) {
    await worker.turn(signal);
    wake = new AbortController();
    const dueInMs = (worker.nextDueAtMs() ?? Number.POSITIVE_INFINITY) - clock.nowMs();
    await clock.sleep(Math.max(0, Math.min(dueInMs, HEED_MS)), AbortSignal.any([signal, wake.signal]));
    const now = wanted();
    const added = now.difference(enabled);
    enabled = now;
    if (added.size > 0) scheduler.again(clock.nowMs(), (name) => added.has(name));
  }
}

/** The consistency check is what the daemon's passes do. */
const isScheduled = ({ work }: Task): boolean =>
  work.is === 'code' || (work.is === 'scope' && work.scope !== 'everything');

function isDone(task: Task | undefined, { ledger, deployment }: ServiceOptions): boolean {
  const last = task === undefined ? undefined : ledger.read(task.name);
  if (task === undefined || last === undefined) return false;
  return (last.state === 'done' || last.state === 'skipped') && last.fingerprint === fingerprintOf(task, deployment);
}
