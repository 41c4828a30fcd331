import { FEATURES, type FeatureName, type Features, firstReleaseOf, isMendedByTask } from '../neutron/features.ts';
import { RELEASES } from '../neutron/release-name.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import type { Change, Difference, JsonCell, UpdateChange } from './change.ts';

/**
 * History is not drift (law 11): a cell in the shape that an earlier release gave it is back-fill. But a cell that lost
 * its value looks the same, so the shape alone proves nothing. It is drift all the same
 * - when upstream has a task that brings every row to the new shape, this release still runs it, and any row shows that
 *   the new shape is being written: then no row may be left in the old one;
 * - when the resource was created after a row in that release's shape had been written: once a release is at work,
 *   whatever Neutron creates has its shape. Keys that a task adds to rows of any age do not count as such evidence.
 */
export class History {
  readonly #features: Features;
  readonly #times: ResourceTimes;
  readonly #seen = new Set<FeatureName>();
  /** By release: when the oldest row was written that shows it or a later one. */
  readonly #firstWrittenMs: number[] = RELEASES.map(() => Number.POSITIVE_INFINITY);

  constructor(features: Features, times: ResourceTimes) {
    this.#features = features;
    this.#times = times;
  }

  /** A row of `resource` has the new shape. */
  see(feature: FeatureName, resource: ResourceRef): void {
    this.#seen.add(feature);
    if (isMendedByTask(feature)) return;
    const written = this.#times.writtenAtMs(resource) ?? Number.POSITIVE_INFINITY;
    for (let release = RELEASES.indexOf(firstReleaseOf(feature)); release >= 0; release--) {
      if ((this.#firstWrittenMs[release] ?? 0) <= written) return;
      this.#firstWrittenMs[release] = written;
    }
  }

  /** A whole row that an earlier release did not write. In a Northbound that holds nothing, nothing is old. */
  isBackfillRow(before: FeatureName, resource: ResourceRef, holdsAnything: boolean): boolean {
    return holdsAnything && this.isBackfill(before, resource);
  }

  /** To be asked when every row has been seen. */
  isBackfill(before: FeatureName, resource: ResourceRef): boolean {
    if (this.#features.taskFor(before) !== undefined && this.#seen.has(before)) return false;
    const created = this.#times.createdAtMs(resource);
    const since = this.#firstWrittenMs[RELEASES.indexOf(FEATURES[before].since)] ?? Number.POSITIVE_INFINITY;
    // What serves the whole deployment is written at each start of the release.
    return created === undefined ? since === Number.POSITIVE_INFINITY : created < since;
  }
}

/** When Neutron created a resource and when it last wrote its rows to OVN; undefined where SQL does not tell. */
export interface ResourceTimes {
  createdAtMs(resource: ResourceRef): number | undefined;
  writtenAtMs(resource: ResourceRef): number | undefined;
}

export const isBackfillDifference = (difference: Difference, resource: ResourceRef, history: History): boolean =>
  difference.reason === 'stale-key' ||
  (difference.before !== undefined && history.isBackfill(difference.before, resource));

/** Splits changes into drift and back-fill; an update with both becomes two changes of the same row. */
export function splitHistory(
  changes: readonly Change[],
  history: History,
  holdsAnything: boolean,
): { drift: readonly Change[]; backfill: readonly Change[] } {
  const drift: Change[] = [];
  const backfill: Change[] = [];
  for (const change of changes) {
    if (change.action === 'create') {
      const old = change.before !== undefined && history.isBackfillRow(change.before, change.resource, holdsAnything);
      (old ? backfill : drift).push(change);
    } else if (change.action === 'delete') {
      drift.push(change);
    } else {
      const old = change.differences.filter(
        (difference) =>
          isBackfillDifference(difference, change.resource, history) &&
          (holdsAnything || difference.reason === 'stale-key'),
      );
      if (old.length > 0) backfill.push(withDifferences(change, old));
      const now = change.differences.filter((difference) => !old.includes(difference));
      if (now.length > 0) drift.push(withDifferences(change, now));
    }
  }
  return { drift, backfill };
}

/** The guard keeps to the columns that are written. */
export function withDifferences(change: UpdateChange, differences: readonly Difference[]): UpdateChange {
  if (differences.length === change.differences.length) return change;
  // Which columns an owner beside Neutron has read, only it knows.
  if (change.owner !== undefined) return { ...change, differences };
  const guard: Record<string, JsonCell> = {};
  for (const { column } of differences) {
    const cell = change.guard[column];
    if (cell !== undefined) guard[column] = cell;
  }
  return { ...change, differences, guard };
}
