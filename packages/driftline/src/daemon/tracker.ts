import type { Change } from '../diff/change.ts';
import { differenceName, differenceNames, rowName } from '../reconcile/settle.ts';

/**
 * How long each difference has been seen, so that a race is not taken for drift (law 6).
 *
 * Neutron writes SQL first and OVN after: what OVN lacks may be on its way. How long a difference must have been there
 * depends on what SQL does: see `patienceMs`.
 */
export class DriftTracker {
  readonly #firstSeenMs = new Map<string, number>();

  /**
   * Notes what one look found and answers what of it counts.
   * @param patienceMs how old each difference of the change must be
   */
  ripe(
    changes: readonly Change[],
    nowMs: number,
    patienceMs: (change: Change) => number,
  ): { ripe: readonly Change[]; nextRipeAtMs: number | undefined } {
    const seen = new Set<string>();
    const ripe: Change[] = [];
    let nextRipeAtMs: number | undefined;
    for (const change of changes) {
      for (const name of differenceNames(change)) {
        seen.add(name);
        if (!this.#firstSeenMs.has(name)) this.#firstSeenMs.set(name, nowMs);
      }
      const waitMs = patienceMs(change);
      const kept = this.#older(change, nowMs - waitMs);
      if (kept !== undefined) ripe.push(kept);
      if (kept !== change) {
        const at = this.#youngest(change) + waitMs;
        nextRipeAtMs = Math.min(nextRipeAtMs ?? at, at);
      }
    }
    for (const name of this.#firstSeenMs.keys()) if (!seen.has(name)) this.#firstSeenMs.delete(name);
    return { ripe, nextRipeAtMs };
  }

  /** When the oldest difference that is still there was first seen. */
  get oldestMs(): number | undefined {
    let oldest: number | undefined;
    for (const at of this.#firstSeenMs.values()) oldest = Math.min(oldest ?? at, at);
    return oldest;
  }

  #seenAt(name: string): number {
    return this.#firstSeenMs.get(name) ?? Number.POSITIVE_INFINITY;
  }

  #youngest(change: Change): number {
    return Math.max(...[...differenceNames(change)].map((name) => this.#seenAt(name)));
  }

  /** The part of the change that has been there since. */
  #older(change: Change, sinceMs: number): Change | undefined {
    if (change.action !== 'update') return this.#seenAt(rowName(change)) <= sinceMs ? change : undefined;
    const old = change.differences.filter(
      (difference) => this.#seenAt(`${rowName(change)} ${differenceName(difference)}`) <= sinceMs,
    );
    if (old.length === 0) return undefined;
    return old.length === change.differences.length ? change : { ...change, differences: old };
  }
}

/** Between the look that finds a difference and the look that believes it, when nobody writes anything. */
const SECOND_LOOK_MS = 300;
/** The same while Neutron writes other resources: a change of one may reach rows of another. */
const BUSY_LOOK_MS = 5000;

export interface Activity {
  readonly gracePeriodMs: number;
  /** When Neutron last changed the resource that the change serves; undefined: it is gone, or unknown. */
  readonly ownChangeMs: number | undefined;
  /** When Neutron last changed anything, as far back as we have watched. */
  readonly anyChangeMs: number;
}

/**
 * How old a difference must be to count. The whole grace period when its own resource was changed less than that ago, or
 * is gone; a short while when only others were; two looks in a row when SQL has been still for that long.
 */
export function patienceMs({ gracePeriodMs, ownChangeMs, anyChangeMs }: Activity, nowMs: number): number {
  if (nowMs - anyChangeMs > gracePeriodMs) return Math.min(SECOND_LOOK_MS, gracePeriodMs);
  if (ownChangeMs !== undefined && nowMs - ownChangeMs > gracePeriodMs) return Math.min(BUSY_LOOK_MS, gracePeriodMs);
  return gracePeriodMs;
}
