import type { Change } from '../diff/change.ts';
import type { ResourceSet } from '../neutron/model/resource-set.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import type { ResourceFacts } from '../reconcile/resource-facts.ts';
import { type Cause, patienceMs } from './tracker.ts';

/**
 * What Neutron changed and when we saw it, which decides how long a difference must have been there (law 6).
 *
 * Invariant: a change is noted before anything is judged by the snapshot that holds it.
 */
export class NeutronActivity {
  readonly #gracePeriodMs: number;
  /** By resource id; of the last grace period. */
  readonly #changedAtMs = new Map<string, number>();
  #anyChangeMs = 0;
  #blindUntilMs = 0;

  constructor(gracePeriodMs: number) {
    this.#gracePeriodMs = gracePeriodMs;
  }

  /** The first snapshot, or the first after a failure: what was deleted before it left no trace. */
  beginWith(snapshot: NeutronSnapshot, nowMs: number): void {
    this.#changedAtMs.clear();
    this.#blindUntilMs = nowMs;
    this.#anyChangeMs = Math.min(nowMs, lastUpdateMs(snapshot));
  }

  note(changed: ResourceSet, nowMs: number): void {
    for (const ids of Object.values(changed)) {
      for (const id of ids ?? []) {
        // Deleted first, so that the map stays in the order of time.
        this.#changedAtMs.delete(id);
        this.#changedAtMs.set(id, nowMs);
        this.#anyChangeMs = nowMs;
      }
    }
    for (const [id, atMs] of this.#changedAtMs) {
      if (nowMs - atMs <= this.#gracePeriodMs) break;
      this.#changedAtMs.delete(id);
    }
  }

  patienceMs(change: Change, cause: Cause, facts: ResourceFacts, nowMs: number): number {
    return patienceMs(
      {
        gracePeriodMs: this.#gracePeriodMs,
        cause,
        ownChangeMs: this.#ownChangeMs(change, facts),
        // Only a row to delete could tell of a deletion that we did not see.
        anyChangeMs: change.action === 'delete' ? Math.max(this.#anyChangeMs, this.#blindUntilMs) : this.#anyChangeMs,
      },
      nowMs,
    );
  }

  /** Whether Neutron has left the resource alone for the grace period, as far as we know. */
  isStill(resource: ResourceRef, facts: ResourceFacts, nowMs: number): boolean {
    const lastMs = Math.max(
      this.#changedAtMs.get(resource.id) ?? 0,
      facts.of(resource)?.updatedAtMs ?? this.#blindUntilMs,
    );
    return nowMs - lastMs > this.#gracePeriodMs;
  }

  #ownChangeMs({ resource, unit }: Change, facts: ResourceFacts): number | undefined {
    const lastOf = (ref: ResourceRef): number | undefined => {
      if (ref.type === 'deployment') return 0;
      const fact = facts.of(ref);
      const seenAtMs = this.#changedAtMs.get(ref.id);
      return fact === undefined && seenAtMs === undefined ? undefined : Math.max(fact?.updatedAtMs ?? 0, seenAtMs ?? 0);
    };
    const own = lastOf(resource);
    const ofUnit = lastOf(unit);
    return own === undefined || ofUnit === undefined ? undefined : Math.max(own, ofUnit);
  }
}

function lastUpdateMs(snapshot: NeutronSnapshot): number {
  let last = 0;
  for (const kind of ['networks', 'subnets', 'ports', 'routers', 'floatingIps', 'securityGroups'] as const) {
    for (const { attributes } of snapshot[kind].values()) last = Math.max(last, attributes.updatedAtMs ?? 0);
  }
  return last;
}
