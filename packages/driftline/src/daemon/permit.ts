import type { Permit } from '../tasks/service.ts';

/**
 * Says when the scheduled tasks may go: after the passes, never beside the first of them.
 *
 *     withdrawn --a whole pass with the lock--> settling --nothing differs, or all of it had its turn--> given
 *         ^_______________________ the lock is lost __________|____________________________________________|
 */
export class PassPermit implements Permit {
  readonly #listeners = new Set<(isGiven: boolean) => void>();
  /** How long what a pass finds may have to wait before it is mended. */
  readonly #settleMs: number;
  #settledAtMs: number | undefined;
  #hasWholePass = false;
  #isGiven = false;

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  get isGiven(): boolean {
    return this.#isGiven;
  }

  onChange(listener: (isGiven: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The lock is not ours any more. */
  withdraw(): void {
    this.#settledAtMs = undefined;
    this.#become(false);
  }

  /**
   * A pass is over that had the lock from its beginning to its end.
   * @returns when to ask again; undefined: the permit is given, or the next whole pass decides.
   */
  passed(pass: {
    readonly isWhole: boolean;
    readonly isClean: boolean;
    readonly endedAtMs: number;
  }): number | undefined {
    this.#hasWholePass ||= pass.isWhole;
    if (!this.#hasWholePass || this.#isGiven) return undefined;
    this.#settledAtMs ??= pass.endedAtMs + this.#settleMs;
    if (!pass.isClean && pass.endedAtMs < this.#settledAtMs) return this.#settledAtMs;
    this.#become(true);
    return undefined;
  }

  #become(isGiven: boolean): void {
    if (this.#isGiven === isGiven) return;
    this.#isGiven = isGiven;
    for (const listener of this.#listeners) listener(isGiven);
  }
}
