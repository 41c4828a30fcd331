import type { Change } from '../diff/change.ts';
import { differenceName, rowName } from '../reconcile/settle.ts';

/**
 * What made a difference: Neutron, which wants something else now and may be writing it, or somebody who changed OVN
 * while Neutron wanted what it wants now.
 */
export type Cause = 'neutron' | 'northbound';

interface Sighting {
  readonly firstMs: number;
  readonly cause: Cause;
  /** At least so old, whatever made it. */
  heldMs: number;
}

/**
 * How long each difference has been seen, so that a race is not taken for drift (law 6).
 *
 * Neutron writes SQL first and OVN after: what OVN lacks may be on its way. How long a difference must have been there
 * depends on what made it and on what SQL does: see `patienceMs`.
 */
export class DriftTracker {
  readonly #sightings = new Map<string, Sighting>();

  /**
   * Notes what one look found and answers what of it counts.
   * @param patienceMs how old a difference of the change must be, by what made it
   * @param causeOf asked once, when the difference of this name is first seen
   */
  ripe(
    changes: readonly Change[],
    nowMs: number,
    patienceMs: (change: Change, cause: Cause) => number,
    causeOf: (name: string, change: Change) => Cause = () => 'northbound',
  ): { ripe: readonly Change[]; nextRipeAtMs: number | undefined } {
    const seen = new Set<string>();
    let nextRipeAtMs: number | undefined;
    const ripe = changes.flatMap((change) => {
      const patience = { neutron: patienceMs(change, 'neutron'), northbound: patienceMs(change, 'northbound') };
      return partOf(change, (name) => {
        seen.add(name);
        let sighting = this.#sightings.get(name);
        if (sighting === undefined) {
          sighting = { firstMs: nowMs, cause: causeOf(name, change), heldMs: 0 };
          this.#sightings.set(name, sighting);
        }
        const ripeAtMs = sighting.firstMs + Math.max(patience[sighting.cause], sighting.heldMs);
        if (ripeAtMs <= nowMs) return true;
        nextRipeAtMs = Math.min(nextRipeAtMs ?? ripeAtMs, ripeAtMs);
        return false;
      });
    });
    for (const name of this.#sightings.keys()) if (!seen.has(name)) this.#sightings.delete(name);
    return { ripe, nextRipeAtMs };
  }

  /** Holds these differences back until they are so old; answers what of them is. */
  hold(changes: Iterable<Change>, ageMs: number, nowMs: number): readonly Change[] {
    return [...changes].flatMap((change) =>
      partOf(change, (name) => {
        const sighting = this.#sightings.get(name);
        if (sighting === undefined) return false;
        sighting.heldMs = Math.max(sighting.heldMs, ageMs);
        return nowMs - sighting.firstMs >= ageMs;
      }),
    );
  }

  /** When the oldest difference that is still there was first seen. */
  get oldestMs(): number | undefined {
    let oldest: number | undefined;
    for (const { firstMs } of this.#sightings.values()) oldest = Math.min(oldest ?? firstMs, firstMs);
    return oldest;
  }
}

/** The change with those of its differences that the claim holds for; none where it holds for none. */
function partOf(change: Change, claim: (name: string) => boolean): readonly Change[] {
  if (change.action !== 'update') return claim(rowName(change)) ? [change] : [];
  const kept = change.differences.filter((difference) => claim(`${rowName(change)} ${differenceName(difference)}`));
  if (kept.length === 0) return [];
  return [kept.length === change.differences.length ? change : { ...change, differences: kept }];
}

/** Between the look that finds a difference and the look that believes it. */
const SECOND_LOOK_MS = 300;

export interface Activity {
  readonly gracePeriodMs: number;
  readonly cause: Cause;
  /** When Neutron last changed the resource that the change serves; undefined: it is gone, or unknown. */
  readonly ownChangeMs: number | undefined;
  /** When Neutron last changed anything, as far back as we have watched. */
  readonly anyChangeMs: number;
}

/**
 * How old a difference must be to count. Two looks, when SQL has been still for the grace period, or when somebody else
 * changed OVN: the resource has not changed for that long, nor what Neutron wants of this row. Else the grace period.
 */
export function patienceMs({ gracePeriodMs, cause, ownChangeMs, anyChangeMs }: Activity, nowMs: number): number {
  const isStill = (sinceMs: number | undefined) => sinceMs !== undefined && nowMs - sinceMs > gracePeriodMs;
  const isSure = isStill(anyChangeMs) || (cause === 'northbound' && isStill(ownChangeMs));
  return isSure ? Math.min(SECOND_LOOK_MS, gracePeriodMs) : gracePeriodMs;
}
