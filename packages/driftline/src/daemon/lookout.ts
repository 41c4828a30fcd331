import type { ConsistencyReport } from '../consistency/report.ts';
import { findUnnoted, type Unnoted } from '../consistency/unnoted.ts';
import type { Change } from '../diff/change.ts';
import { changesBetween } from '../neutron/changes-between.ts';
import { countResources } from '../neutron/model/resource-set.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import { readChanges } from '../neutron/read-changes.ts';
import { readResources } from '../neutron/read-resources.ts';
import { readSnapshot } from '../neutron/read-snapshot.ts';
import { resourcesOf, unfinished } from '../reconcile/confirm.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import { judge, type Verdict, type Wish } from '../reconcile/judge.ts';
import { READ_ONE_BY_ONE } from '../reconcile/look-again.ts';
import { differenceNames, inBoth } from '../reconcile/settle.ts';

import { NeutronActivity } from './neutron-activity.ts';
import { type Cause, DriftTracker } from './tracker.ts';

/** What one look found, and what of it is believed. */
export interface Sight {
  readonly verdict: Verdict;
  /** Of the verdict's, what the caller wants mended. */
  readonly drift: readonly Change[];
  readonly ripe: readonly Change[];
  readonly nextRipeAtMs: number | undefined;
}

/**
 * Looks at both databases and knows since when they differ.
 *
 * Invariants
 * 1. SQL is read first, then everything the Northbound has committed is awaited: a row that Neutron wrote meanwhile may
 *    look wrong for one look, never for two.
 * 2. What Neutron changed is noted before anything is judged by it.
 * 3. What is confirmed was there before, and after the resources that it serves were read again (law 6).
 */
export class Lookout {
  readonly #deployment: Deployment;
  readonly #gracePeriodMs: number;
  readonly #activity: NeutronActivity;
  #tracker = new DriftTracker();
  #snapshot: NeutronSnapshot | undefined;

  constructor(deployment: Deployment, gracePeriodMs: number) {
    this.#deployment = deployment;
    this.#gracePeriodMs = gracePeriodMs;
    this.#activity = new NeutronActivity(gracePeriodMs);
  }

  /** Whether the next look has to read all of SQL. */
  get isBlind(): boolean {
    return this.#snapshot === undefined;
  }

  /** After a failure: what was seen before may have gone and come back. */
  forget(): void {
    this.#snapshot = undefined;
    this.#tracker = new DriftTracker();
  }

  /** Whether SQL differs from what the last look read. */
  async hasChanges(signal: AbortSignal): Promise<boolean> {
    const snapshot = this.#snapshot;
    if (snapshot === undefined) return false;
    const changed = await readChanges(this.#deployment.neutron, snapshot, { signal });
    return snapshot === this.#snapshot && countResources(changed) > 0;
  }

  /** @param isFull read SQL anew as a whole, not only what changed */
  async look(isFull: boolean, wanted: (change: Change) => boolean, signal: AbortSignal): Promise<Sight> {
    const { neutron, northbound } = this.#deployment;
    const before = this.#snapshot;
    let snapshot = before;
    if (snapshot === undefined || isFull) {
      snapshot = await this.#readAll(signal);
    } else {
      const changed = await readChanges(neutron, snapshot, { signal });
      if (countResources(changed) > 0) snapshot = await readResources(neutron, snapshot, changed, { signal });
    }
    const changedIds = this.#take(snapshot);
    await northbound.sync();
    const verdict = this.#judge(snapshot);
    const drift = verdict.drift.filter(wanted);
    const nowMs = Date.now();
    const { ripe, nextRipeAtMs } = this.#tracker.ripe(
      drift,
      nowMs,
      (change, cause) => this.#activity.patienceMs(change, cause, verdict.facts, nowMs),
      this.#causesSince(before, snapshot, changedIds),
    );
    return { verdict, drift, ripe, nextRipeAtMs };
  }

  /** Reads both sides again; what is still there, and nothing that Neutron is busy with, is confirmed. */
  async confirm(
    due: readonly Change[],
    signal: AbortSignal,
    before?: Wish,
  ): Promise<{ verdict: Verdict; confirmed: readonly Change[] }> {
    const resources = resourcesOf(due);
    const known = this.#snapshot;
    const snapshot =
      known === undefined || countResources(resources) > READ_ONE_BY_ONE
        ? await this.#readAll(signal)
        : await readResources(this.#deployment.neutron, known, resources, { signal });
    this.#take(snapshot);
    await this.#deployment.northbound.sync();
    const verdict = this.#judge(snapshot, before);
    const still = inBoth(due, verdict.drift);
    const busy = unfinished(still, snapshot, verdict.facts);
    const idle = still.filter((change) => !busy.has(change));
    return { verdict, confirmed: [...idle, ...this.#tracker.hold(busy, this.#gracePeriodMs, Date.now())] };
  }

  /** What may be noted as written. Both must be of a full look. */
  unnoted(report: ConsistencyReport, { facts }: Verdict): Unnoted {
    const nowMs = Date.now();
    return findUnnoted(report, (resource) => this.#activity.isStill(resource, facts, nowMs));
  }

  #readAll(signal: AbortSignal): Promise<NeutronSnapshot> {
    const { neutron, found } = this.#deployment;
    return readSnapshot(neutron, { release: found.release, signal });
  }

  /** Answers what Neutron has changed since the last snapshot, by id. */
  #take(snapshot: NeutronSnapshot): ReadonlySet<string> {
    const nowMs = Date.now();
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    if (before === undefined) {
      this.#activity.beginWith(snapshot, nowMs);
      return new Set();
    }
    const changed = before === snapshot ? {} : changesBetween(before, snapshot);
    this.#activity.note(changed, nowMs);
    return new Set(Object.values(changed).flatMap((ids: ReadonlySet<string>) => [...ids]));
  }

  #judge(snapshot: NeutronSnapshot, before?: Wish): Verdict {
    const { config, systemNameservers, northbound, owners } = this.#deployment;
    const { source, schema } = northbound;
    const chassis = this.#deployment.chassis();
    return judge({ snapshot, source, schema, chassis, config, systemNameservers, owners, before });
  }

  /**
   * What differs from an earlier snapshot too, and in the same way, Neutron's changes since did not make. Where Neutron has
   * just changed the very resource nobody has to know: a difference of it waits for the grace period either way. So it is
   * with nearly all that Neutron is about to write, and everything is judged a second time for the rest alone.
   */
  #causesSince(
    before: NeutronSnapshot | undefined,
    now: NeutronSnapshot,
    changedIds: ReadonlySet<string>,
  ): (name: string, change: Change) => Cause {
    if (before === undefined) return () => 'neutron';
    if (before === now) return () => 'northbound';
    let names: ReadonlySet<string> | undefined;
    return (name, { resource, unit }) => {
      if (changedIds.has(resource.id) || changedIds.has(unit.id)) return 'neutron';
      names ??= new Set(this.#judge(before).drift.flatMap((change) => [...differenceNames(change)]));
      return names.has(name) ? 'northbound' : 'neutron';
    };
  }
}
