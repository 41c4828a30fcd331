/** daemon/: the process that keeps looking. It decides when to look; what is done depends on the databases alone (law 1). */

export type WakeReason =
  | 'start'
  | 'interval'
  | 'northbound'
  | 'southbound'
  | 'neutron'
  | 'ripe'
  | 'reconnected'
  | 'lock';

/**
 * Gathers reasons to look and wakes the one who waits. Reasons that come while nobody waits are kept: none is lost, and
 * many make one look.
 */
export class WakeUp {
  readonly #reasons = new Set<WakeReason>();
  #wake: (() => void) | undefined;

  notify(reason: WakeReason): void {
    this.#reasons.add(reason);
    this.#wake?.();
  }

  /** Resolves with the reasons so far, at once if there are some; with none when the signal aborts. */
  async next(signal: AbortSignal): Promise<ReadonlySet<WakeReason>> {
    if (this.#reasons.size === 0 && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      this.#wake = undefined;
    }
    const reasons = new Set(this.#reasons);
    this.#reasons.clear();
    return reasons;
  }
}
