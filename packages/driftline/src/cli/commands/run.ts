import { join } from 'node:path';
import { resolveConfig } from '../../config/config.ts';
import { loadConfig } from '../../config/sources.ts';
import { Daemon } from '../../daemon/daemon.ts';
import type { DaemonEvent } from '../../daemon/events.ts';
import type { Policy } from '../../events/looker.ts';
import { Journal } from '../../journal/journal.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { consistencyLines } from '../report/consistency.ts';
import { changeLines } from '../report/table.ts';
import { type CommandContext, openDeployment, openNeutronToWrite } from '../session.ts';
import { startEvents } from '../start-events.ts';
import { type RunningTasks, startTasks } from '../start-tasks.ts';
import { printable } from '../terminal.ts';

const DAY_MS = 86_400_000;

export interface RunFlags {
  readonly once: boolean;
  readonly observe: boolean;
  readonly additive: boolean;
  readonly stealLock: boolean;
  /** Scheduled maintenance tasks are run beside the passes. */
  readonly tasks: boolean;
  /** What Neutron's own workers do on row events is looked at beside the passes, and done by one of the two. */
  readonly events: Policy | 'off';
}

/** The daemon, with its events as log lines on stdout; begun anew with each configuration that it is told to read. */
export async function runDaemonCommand(context: CommandContext, flags: RunFlags): Promise<ExitCode> {
  for (let { stealLock } = flags; ; ) {
    const ending = await runConfigured(context, { ...flags, stealLock });
    if (ending.is === 'over') return ending.code;
    // Who waits in the queue has the lock by now: it is taken back, for nobody asked us to let go of it.
    stealLock = ending.hadLock;
  }
}

type Ending = { readonly is: 'over'; readonly code: ExitCode } | { readonly is: 'reload'; readonly hadLock: boolean };

/** Until the process is told to stop, or has a configuration to read again that can be read. */
async function runConfigured(context: CommandContext, flags: RunFlags): Promise<Ending> {
  const { sources, deployment, extension } = await openDeployment(context, { writable: !flags.observe });
  await using _closing = deployment;
  const settings = deployment.config.driftline;
  using journal = new Journal(flags.observe ? ':memory:' : join(settings.statePath, 'journal.db'));
  await using writable = openNeutronToWrite(sources);
  if (flags.stealLock && !flags.observe) await deployment.northbound.takeLock(context.signal);
  const log = (line: string): void => context.terminal.out(`${new Date().toISOString()} ${line}\n`);
  let refused = false;
  let differed = false;
  let tasks: RunningTasks | undefined;
  const daemon = new Daemon({
    deployment,
    journal,
    writable,
    limits: settings,
    intervalMs: settings.intervalS * 1000,
    gracePeriodMs: settings.gracePeriodS * 1000,
    sqlPollIntervalMs: settings.sqlPollIntervalS * 1000,
    journalMs: settings.journalDays === 0 ? undefined : settings.journalDays * DAY_MS,
    observeOnly: flags.observe,
    additive: flags.additive,
    once: flags.once,
    onEvent: (event) => {
      refused = event.kind === 'refused';
      tasks?.onDaemonEvent(event);
      for (const line of logLines(event)) log(line);
      if (event.kind !== 'pass') return;
      if (differed && event.drift.length === 0) log('INFO OVN agrees with Neutron again');
      differed = event.drift.length > 0;
    },
  });
  // The daemon tells of changes: that the lock was with somebody else from the start is none.
  const isHeld = deployment.northbound.client.lockState === 'held';
  if (!flags.observe) for (const line of logLines({ kind: 'lock', isHeld })) log(line);
  const permit = daemon.maintenance;
  // Whoever only looks, or deletes nothing, has no maintenance done, but is told what the checks find.
  const onlyLooks = flags.observe || flags.additive;
  tasks =
    flags.tasks && !flags.once
      ? startTasks({ sources, deployment, extension, journal, neutron: writable, permit, onlyLooks, log })
      : undefined;
  await using _tasks = tasks;
  await using _events =
    flags.events === 'off' || flags.once
      ? undefined
      : startEvents({
          deployment,
          neutron: flags.observe ? undefined : writable,
          policy: flags.observe || flags.additive ? 'observe' : flags.events,
          log,
        });
  const reload = new AbortController();
  using listening = new DisposableStack();
  const onReload = async (): Promise<void> => {
    try {
      resolveConfig(await loadConfig(context.request), deployment.found.release);
      log('INFO the configuration is read again');
      reload.abort();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      log(`ERROR the configuration stays as it was: ${printable(said)}`);
    }
  };
  listening.defer(context.onReload?.(() => void onReload()) ?? (() => {}));
  await daemon.run(AbortSignal.any([context.signal, reload.signal]));
  if (reload.signal.aborted && !context.signal.aborted) {
    return { is: 'reload', hadLock: deployment.northbound.client.lockState === 'held' };
  }
  return { is: 'over', code: refused && flags.once ? EXIT.refused : EXIT.clean };
}

/** A log line starts with its level; what was found and done follows in lines of its own. */
export function* logLines(event: DaemonEvent): Iterable<string> {
  switch (event.kind) {
    case 'watching':
      yield `INFO watching Neutron (${event.release}) in ${event.neutron} and OVN at ${event.northbound}`;
      return;
    case 'lock':
      yield event.isHeld
        ? 'INFO the maintenance lock is held: differences are repaired'
        : 'WARNING the maintenance lock is with another worker: differences are reported, not repaired';
      return;
    case 'pass':
      if (event.drift.length === 0 && !event.isFull) return;
      yield `INFO ${event.isFull ? 'full pass' : 'pass'} (${[...event.reasons].join(', ')}) in ${event.durationMs} ms: ${event.desiredRows} rows wanted, ${event.drift.length} differ, ${event.ripe.length} ${event.mayRepair ? 'to repair now' : 'old enough to be repaired'}`;
      if (event.ripe.length <= SHOWN_CHANGES) {
        for (const line of changeLines(event.ripe, undefined)) if (line !== '') yield `INFO   ${line}`;
      }
      return;
    case 'repaired': {
      const applied = event.outcomes.filter(({ is }) => is === 'applied').length;
      yield `INFO ${applied} of ${event.outcomes.length} transactions applied in ${event.durationMs} ms`;
      for (const outcome of event.outcomes) {
        if (outcome.is === 'applied') continue;
        const { type, id } = outcome.transaction.unit;
        yield `WARNING ${outcome.is}: ${type} ${id}: ${printable(outcome.why)}`;
      }
      return;
    }
    case 'revisions':
      for (const line of consistencyLines(event.report)) if (line !== '') yield `INFO ${line}`;
      return;
    case 'noted':
      yield `INFO noted ${event.written} revisions as written to OVN, and ${event.gone} resources as gone`;
      return;
    case 'refused':
      for (const { message } of event.refusals) yield `ERROR nothing is written: ${printable(message)}`;
      return;
    case 'clean':
      return;
    case 'trouble':
      yield `WARNING ${printable(event.what)}${event.retryInMs > 0 ? `; again in ${event.retryInMs} ms` : ''}`;
      return;
    case 'stopped':
      yield 'INFO stopped';
      return;
    default:
      event satisfies never;
  }
}

const SHOWN_CHANGES = 20;
