import { setTimeout as sleep } from 'node:timers/promises';
import { OvsdbError } from '@driftline/ovsdb';
import type { Change } from '../diff/change.ts';
import type { Journal } from '../journal/journal.ts';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import { readChanges } from '../neutron/read-changes.ts';
import { NeutronReadError } from '../neutron/read-error.ts';
import { readResources } from '../neutron/read-resources.ts';
import { readSnapshot } from '../neutron/read-snapshot.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import { checkLimits, type Limits } from '../plan/limits.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import { judge, type Verdict } from '../reconcile/judge.ts';
import { plan, repair } from '../reconcile/reconcile.ts';
import { refusalsOf } from '../reconcile/refusals.ts';
import type { DaemonEvent } from './events.ts';
import { DriftTracker, patienceMs } from './tracker.ts';
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
/** Changes come in bunches; one look serves a bunch. */
const GATHER_MS = 50;

/**
 * Looks at both databases whenever one of them changed, and in full at an interval; repairs what has been different for
 * long enough, while it holds the lock.
 *
 * Invariants
 * 1. One look at a time; what happens meanwhile wakes the next one.
 * 2. What is repaired was computed from a look that saw SQL first and then everything the Northbound had committed.
 * 3. Nothing is written without the lock: it is checked here and asserted by every transaction.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #wake = new WakeUp();
  readonly #tracker = new DriftTracker();
  readonly #backoff = new UnitBackoff();
  readonly #changedAtMs = new Map<string, number>();
  readonly #startedAtMs = Date.now();
  #anyChangeMs = 0;
  #snapshot: NeutronSnapshot | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
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
        onEvent({ kind: 'lock', isHeld: state === 'held' });
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
        this.#snapshot = undefined;
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
        retryMs = Math.min(RETRY_MS.most, retryMs * 2);
        for (const reason of reasons) this.#wake.notify(reason);
      }
    }
  }

  /** Answers whether nothing is left to do. */
  async #pass(reasons: ReadonlySet<WakeReason>, signal: AbortSignal): Promise<boolean> {
    const { deployment, onEvent, gracePeriodMs } = this.#options;
    const startedAtMs = Date.now();
    const isFull = this.#snapshot === undefined || reasons.has('start') || reasons.has('interval');
    const verdict = await this.#look(isFull, signal);
    const nowMs = Date.now();
    const drift = this.#options.additive ? verdict.drift.filter(({ action }) => action !== 'delete') : verdict.drift;
    const { ripe, nextRipeAtMs } = this.#tracker.ripe(drift, nowMs, (change) =>
      patienceMs(
        { gracePeriodMs, ownChangeMs: this.#ownChangeMs(change, verdict), anyChangeMs: this.#lastChangeMs(change) },
        nowMs,
      ),
    );
    const { desiredRows } = verdict.counts;
    onEvent({ kind: 'pass', reasons, isFull, durationMs: nowMs - startedAtMs, desiredRows, drift, ripe });
    if (nextRipeAtMs !== undefined) {
      setTimeout(() => this.#wake.notify('ripe'), Math.max(1, nextRipeAtMs - nowMs + 1)).unref();
    }
    if (drift.length === 0) onEvent({ kind: 'clean' });
    const refusals = refusalsOf(verdict, deployment);
    if (refusals.length > 0) {
      onEvent({ kind: 'refused', refusals });
      return this.#options.once;
    }
    if (ripe.length > 0) await this.#repair(verdict, ripe, signal);
    return drift.length === 0 || this.#options.observeOnly;
  }

  async #look(isFull: boolean, signal: AbortSignal): Promise<Verdict> {
    const { deployment } = this.#options;
    const { neutron, northbound, config, systemNameservers, found } = deployment;
    this.#snapshot =
      isFull || this.#snapshot === undefined
        ? await readSnapshot(neutron, { release: found.release, signal })
        : await this.#refresh(this.#snapshot, signal);
    await northbound.sync();
    const { source, schema } = northbound;
    return judge({
      snapshot: this.#snapshot,
      source,
      schema,
      chassis: deployment.chassis(),
      config,
      systemNameservers,
    });
  }

  /** Reads again what changed in SQL since the last look. */
  async #refresh(snapshot: NeutronSnapshot, signal: AbortSignal): Promise<NeutronSnapshot> {
    const { neutron } = this.#options.deployment;
    const changed = await readChanges(neutron, snapshot, { signal });
    const ids = Object.values(changed).flatMap((set) => [...(set ?? [])]);
    if (ids.length === 0) return snapshot;
    const nowMs = Date.now();
    this.#anyChangeMs = nowMs;
    for (const [id, atMs] of this.#changedAtMs) {
      if (nowMs - atMs > this.#options.gracePeriodMs) this.#changedAtMs.delete(id);
    }
    for (const id of ids) this.#changedAtMs.set(id, nowMs);
    return readResources(neutron, snapshot, changed, { signal });
  }

  /** Wakes the loop when SQL differs from what the last look read. */
  async #pollNeutron(signal: AbortSignal): Promise<void> {
    const { deployment, sqlPollIntervalMs } = this.#options;
    while (!signal.aborted) {
      await sleep(sqlPollIntervalMs, undefined, { signal }).catch(() => undefined);
      const snapshot = this.#snapshot;
      if (signal.aborted || snapshot === undefined) continue;
      try {
        const changed = await readChanges(deployment.neutron, snapshot, { signal });
        if (snapshot === this.#snapshot && Object.values(changed).some((set) => (set?.size ?? 0) > 0)) {
          this.#wake.notify('neutron');
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof NeutronReadError)) throw error;
        // The loop meets the same trouble, tells of it and waits; it is woken to do so.
        this.#wake.notify('neutron');
      }
    }
  }

  #ownChangeMs(change: Change, { facts }: Verdict): number | undefined {
    const lastOf = (resource: ResourceRef): number | undefined => {
      if (resource.type === 'deployment') return 0;
      const updatedAtMs = facts.of(resource)?.updatedAtMs;
      const seenAtMs = this.#changedAtMs.get(resource.id);
      return updatedAtMs === undefined && seenAtMs === undefined
        ? undefined
        : Math.max(updatedAtMs ?? 0, seenAtMs ?? 0);
    };
    const own = lastOf(change.resource);
    const unit = lastOf(change.unit);
    return own === undefined || unit === undefined ? undefined : Math.max(own, unit);
  }

  /** What was deleted before we began to watch left no trace in SQL: only a row to delete could tell of it. */
  #lastChangeMs(change: Change): number {
    return change.action === 'delete' ? Math.max(this.#anyChangeMs, this.#startedAtMs) : this.#anyChangeMs;
  }

  async #repair(verdict: Verdict, ripe: readonly Change[], signal: AbortSignal): Promise<void> {
    const { deployment, journal, writable, limits, observeOnly, onEvent } = this.#options;
    if (observeOnly || deployment.northbound.client.lockState !== 'held') return;
    const nowMs = Date.now();
    const due = ripe.filter(({ unit }) => !this.#backoff.isWaiting(unit, nowMs));
    const made = plan(verdict, due, nowMs);
    if (made.transactions.length === 0) return;
    const refusals = checkLimits(made, limits);
    if (refusals.length > 0) {
      onEvent({ kind: 'refused', refusals });
      return;
    }
    const outcomes = await repair(deployment, made, { journal, neutron: writable, command: 'run', signal });
    for (const outcome of outcomes) this.#backoff.note(outcome, Date.now());
    onEvent({ kind: 'repaired', outcomes, durationMs: Date.now() - nowMs });
    // Law 8: what was applied must leave nothing to do, and the next look shows it. What was not is tried again, not at once.
    if (outcomes.some(({ is }) => is === 'applied')) this.#wake.notify('ripe');
    else setTimeout(() => this.#wake.notify('ripe'), RETRY_MS.first).unref();
  }
}
