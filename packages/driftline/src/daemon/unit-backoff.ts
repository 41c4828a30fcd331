import type { Outcome } from '../apply/outcome.ts';
import type { ResourceRef } from '../northbound/desired.ts';

const FIRST_MS = 1000;
const MOST_MS = 300_000;

/** One bad resource never stops the others, and is not tried for ever at full speed (law 7). */
export class UnitBackoff {
  readonly #failures = new Map<string, { count: number; notBeforeMs: number }>();

  note(outcome: Outcome, nowMs: number): void {
    const name = nameOf(outcome.transaction.unit);
    if (outcome.is !== 'refused') {
      // Stale and unknown tell nothing bad of the resource: the next look decides.
      this.#failures.delete(name);
      return;
    }
    const count = (this.#failures.get(name)?.count ?? 0) + 1;
    this.#failures.set(name, { count, notBeforeMs: nowMs + Math.min(MOST_MS, FIRST_MS * 2 ** (count - 1)) });
  }

  isWaiting(unit: ResourceRef, nowMs: number): boolean {
    return this.readyAtMs(unit) > nowMs;
  }

  /** 0 where nothing failed. */
  readyAtMs(unit: ResourceRef): number {
    return this.#failures.get(nameOf(unit))?.notBeforeMs ?? 0;
  }

  /** How often in a row each unit that fails has failed. */
  get failing(): ReadonlyMap<string, { readonly count: number }> {
    return this.#failures;
  }
}

const nameOf = (unit: ResourceRef): string => `${unit.type} ${unit.id}`;
