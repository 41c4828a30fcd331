import { setTimeout as sleep } from 'node:timers/promises';
import { OvsdbError } from '@driftline/ovsdb';
import { reportConsistency } from '../consistency/report.ts';
import type { Change } from '../diff/change.ts';
import type { Journal } from '../journal/journal.ts';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import { NeutronReadError } from '../neutron/read-error.ts';
import { bumpRevisions, deleteRevisions } from '../neutron/revisions.ts';
import { checkLimits, type Limits } from '../plan/limits.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import type { Verdict, Wish } from '../reconcile/judge.ts';
import { plan, repair } from '../reconcile/reconcile.ts';
import { refusalsOf } from '../reconcile/refusals.ts';
import type { DaemonEvent } from './events.ts';
import { Lookout } from './lookout.ts';
import { PassPermit } from './permit.ts';
import { UnitBackoff } from './unit-backoff.ts';
import { type WakeReason, WakeUp } from './wake.ts';

export interface DaemonOptions {
  readonly deployment: Deployment;
  readonly journal: Journal;
  readonly writable: WritableNeutronConnection;
  readonly limits: Limits;
  readonly intervalMs: number;
  readonly gracePeriodMs: number;
  readonly sqlPollIntervalMs: number;
  /** For how long what stands in the journal is kept; undefined: for ever. */
  readonly journalMs?: number | undefined;
  /** Reports and repairs nothing. */
  readonly observeOnly: boolean;
  /** Never deletes a row. */
  readonly additive: boolean;
  /** Ends after the first pass that leaves nothing to do. */
  readonly once: boolean;
  readonly onEvent: (event: DaemonEvent) => void;
}

/** After a look that failed: the databases get time to come back. Doubles up to the last. */
const RETRY_MS = { first: 500, most: 10_000 };
/** From the age at which a difference counts until it is mended, as a rule. */
const SETTLE_MS = 2_000;
/** Changes come in bunches; one look serves a bunch. */
const GATHER_MS = 50;

/**
 * Looks at both databases whenever one of them changed, and in full at an interval; repairs what has been different for
 * long enough, while it holds the lock.
 *
 * Invariants
 * 1. One look at a time; what happens meanwhile wakes the next one.
 * 2. What is repaired was confirmed by a second look.
 * 3. Nothing is written without the lock: it is checked here and asserted by every transaction. Losing it breaks off what
 *    is under way.
 * 4. Scheduled tasks come after the passes: see `maintenance`.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #wake = new WakeUp();
  readonly #lookout: Lookout;
  /** For the scheduled tasks beside this daemon. */
  readonly maintenance: PassPermit;
  /** Aborted when the lock is lost. */
  #tenure = new AbortController();
  #alarm: { readonly atMs: number; readonly timer: NodeJS.Timeout } | undefined;
  readonly #backoff = new UnitBackoff();
  /** What plugins failed at in the last pass: told when it begins, not at every pass. */
  #ownerFaults: ReadonlySet<string> = new Set();

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#lookout = new Lookout(options.deployment, options.gracePeriodMs);
    this.maintenance = new PassPermit(options.gracePeriodMs + SETTLE_MS);
  }

  /** Runs until the signal aborts, or with `once` until a pass leaves nothing to do. */
  async run(signal: AbortSignal): Promise<void> {
    const { deployment, onEvent, intervalMs } = this.#options;
    const { client } = deployment.northbound;
    using stop = new DisposableStack();
    const ended = new AbortController();
    stop.defer(() => ended.abort());
    const until = AbortSignal.any([signal, ended.signal]);
    stop.defer(client.on('update', () => this.#wake.notify('northbound')));
    stop.defer(client.on('reconnected', () => this.#wake.notify('reconnected')));
    stop.defer(deployment.onChassisChange(() => this.#wake.notify('southbound')));
    stop.defer(
      client.on('disconnected', ({ endpoint, reason }) =>
        onEvent({ kind: 'trouble', what: `lost the Northbound at ${endpoint}: ${reason.message}`, retryInMs: 0 }),
      ),
    );
    stop.defer(
      client.on('lock', (state) => {
        const isHeld = state === 'held';
        if (!isHeld) this.#loseLock();
        onEvent({ kind: 'lock', isHeld });
        this.#wake.notify('lock');
      }),
    );
    const interval = setInterval(() => this.#wake.notify('interval'), intervalMs);
    stop.defer(() => clearInterval(interval));
    const polling = this.#pollNeutron(until);
    this.#wake.notify('start');
    onEvent({
      kind: 'watching',
      neutron: deployment.neutron.description,
      northbound: deployment.config.ovsdb.northbound.endpoints.join(','),
      release: deployment.found.release,
    });
    await this.#loop(until);
    ended.abort();
    await polling;
    onEvent({ kind: 'stopped' });
  }

  async #loop(signal: AbortSignal): Promise<void> {
    let retryMs = RETRY_MS.first;
    while (!signal.aborted) {
      const reasons = await this.#wake.next(signal);
      if (signal.aborted) return;
      await sleep(GATHER_MS, undefined, { signal }).catch(() => undefined);
      try {
        const isDone = await this.#pass(reasons, signal);
        retryMs = RETRY_MS.first;
        if (isDone && this.#options.once) return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof NeutronReadError || error instanceof OvsdbError)) throw error;
        this.#options.onEvent({ kind: 'trouble', what: error.message, retryInMs: retryMs });
        this.#lookout.forget();
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
        retryMs = Math.min(RETRY_MS.most, retryMs * 2);
        for (const reason of reasons) this.#wake.notify(reason);
      }
    }
  }

  /** Answers whether nothing is left to do. */
  async #pass(reasons: ReadonlySet<WakeReason>, signal: AbortSignal): Promise<boolean> {
    const { deployment, onEvent, additive, once, observeOnly } = this.#options;
    const startedAtMs = Date.now();
    const tenure = this.#mayWrite ? this.#tenure.signal : undefined;
    const isFull = this.#lookout.isBlind || reasons.has('start') || reasons.has('interval');
    const isWanted = ({ action }: Change) => !(additive && action === 'delete');
    const { verdict, drift, ripe, nextRipeAtMs } = await this.#lookout.look(isFull, isWanted, signal);
    const nowMs = Date.now();
    const durationMs = nowMs - startedAtMs;
    const { desiredRows } = verdict.counts;
    onEvent({ kind: 'pass', reasons, isFull, durationMs, desiredRows, drift, ripe, mayRepair: this.#mayWrite });
    this.#tellOwnerFaults(verdict);
    if (nextRipeAtMs !== undefined) this.#wakeIn(nextRipeAtMs - nowMs);
    if (drift.length === 0) onEvent({ kind: 'clean' });
    const refusals = refusalsOf(verdict, deployment);
    if (refusals.length > 0) {
      onEvent({ kind: 'refused', refusals });
      return once;
    }
    if (isFull) {
      this.#pruneJournal();
      await this.#note(verdict, signal);
    }
    if (ripe.length > 0) await this.#repair(ripe, verdict.wish, signal);
    if (this.#mayWrite && tenure === this.#tenure.signal) this.#allowTasks(isFull, drift.length === 0);
    return drift.length === 0 || observeOnly;
  }

  #tellOwnerFaults({ ownerFaults }: Verdict): void {
    const faults = new Set(
      ownerFaults.map(
        ({ owner, during, table, message }) => `plugin ${owner} failed on ${table} (${during}): ${message}`,
      ),
    );
    for (const what of faults.difference(this.#ownerFaults)) {
      this.#options.onEvent({ kind: 'trouble', what, retryInMs: 0 });
    }
    this.#ownerFaults = faults;
  }

  #pruneJournal(): void {
    const { journal, journalMs, observeOnly } = this.#options;
    if (journalMs !== undefined && !observeOnly) journal.prune(Date.now() - journalMs);
  }

  get #mayWrite(): boolean {
    const { deployment, observeOnly } = this.#options;
    return !observeOnly && deployment.northbound.client.lockState === 'held';
  }

  #loseLock(): void {
    this.maintenance.withdraw();
    this.#tenure.abort(new Error('the maintenance lock was lost'));
    this.#tenure = new AbortController();
  }

  /** Upholds 4. */
  #allowTasks(isWhole: boolean, isClean: boolean): void {
    const endedAtMs = Date.now();
    const againAtMs = this.maintenance.passed({ isWhole, isClean, endedAtMs });
    if (againAtMs !== undefined) this.#wakeIn(againAtMs - endedAtMs);
  }

  /** Wakes the loop when SQL differs from what the last look read. */
  async #pollNeutron(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#options.sqlPollIntervalMs, undefined, { signal }).catch(() => undefined);
      try {
        if (!signal.aborted && (await this.#lookout.hasChanges(signal))) this.#wake.notify('neutron');
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof NeutronReadError)) throw error;
        // The loop meets the same trouble, tells of it and waits; it is woken to do so.
        this.#wake.notify('neutron');
      }
    }
  }

  /** Who has the lock does what Neutron's worker would: `ovn_revision_numbers` says what is written. */
  async #note(verdict: Verdict, signal: AbortSignal): Promise<void> {
    const { writable, onEvent } = this.#options;
    const report = reportConsistency(verdict);
    const { inconsistent, deleted, ahead } = report;
    if (inconsistent.length + deleted.length + ahead.length > 0) onEvent({ kind: 'revisions', report });
    if (!this.#mayWrite) return;
    const { written, gone } = this.#lookout.unnoted(report, verdict);
    if (written.length === 0 && gone.length === 0) return;
    const tenure = this.#tenure.signal;
    try {
      const whileHeld = { signal: AbortSignal.any([signal, tenure]) };
      const { raised, inserted } = await bumpRevisions(writable, written, whileHeld);
      const forgotten = await deleteRevisions(writable, gone, whileHeld);
      if (raised + inserted + forgotten > 0) onEvent({ kind: 'noted', written: raised + inserted, gone: forgotten });
    } catch (error) {
      // SQL knows no lock to assert: the statement is broken off.
      if (tenure.aborted && !signal.aborted) return;
      throw error;
    }
  }

  async #repair(ripe: readonly Change[], wish: Wish, signal: AbortSignal): Promise<void> {
    const { deployment, journal, writable, limits, onEvent } = this.#options;
    if (!this.#mayWrite) return;
    const tenure = this.#tenure.signal;
    const nowMs = Date.now();
    const due = ripe.filter(({ unit }) => !this.#backoff.isWaiting(unit, nowMs));
    if (due.length < ripe.length) {
      const waiting = ripe.map(({ unit }) => this.#backoff.readyAtMs(unit)).filter((readyAtMs) => readyAtMs > nowMs);
      this.#wakeIn(Math.min(...waiting) - nowMs);
    }
    if (due.length === 0) return;
    const { verdict, confirmed } = await this.#lookout.confirm(due, signal, wish);
    // What is left out of it Neutron is busy with, or has just written.
    if (confirmed.length < due.length) this.#wakeIn(RETRY_MS.first);
    if (refusalsOf(verdict, deployment).length > 0) return;
    const made = plan(verdict, confirmed, nowMs);
    if (made.transactions.length === 0) return;
    const refusals = checkLimits(made, limits);
    if (refusals.length > 0) {
      onEvent({ kind: 'refused', refusals });
      return;
    }
    const outcomes = await repair(deployment, made, {
      journal,
      neutron: writable,
      command: 'run',
      signal: AbortSignal.any([signal, tenure]),
    });
    for (const outcome of outcomes) this.#backoff.note(outcome, Date.now());
    onEvent({ kind: 'repaired', outcomes, durationMs: Date.now() - nowMs });
    // Law 8: what was applied must leave nothing to do, and the next look shows it. What was not is tried again, not at once.
    if (outcomes.some(({ is }) => is === 'applied')) this.#wake.notify('ripe');
    else this.#wakeIn(RETRY_MS.first);
  }

  /** Of several, the soonest: the look it wakes asks for the next. */
  #wakeIn(delayMs: number): void {
    const atMs = Date.now() + Math.max(1, delayMs + 1);
    if (this.#alarm !== undefined && this.#alarm.atMs <= atMs) return;
    clearTimeout(this.#alarm?.timer);
    const timer = setTimeout(() => {
      this.#alarm = undefined;
      this.#wake.notify('ripe');
    }, atMs - Date.now());
    this.#alarm = { atMs, timer: timer.unref() };
  }
}
