import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../worker.ts';

/** A clock that jumps to the next moment at which somebody waits to be woken. */
export class FastClock implements Clock {
  #nowMs = 0;
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = {
        atMs: this.#nowMs + Math.max(0, ms),
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  /** Lets everybody who sleeps until then do what they wake for. */
  async runUntil(endMs: number): Promise<void> {
    for (;;) {
      await setImmediate();
      let next: { readonly atMs: number; readonly wake: () => void } | undefined;
      for (const sleeper of this.#sleepers) if (next === undefined || sleeper.atMs < next.atMs) next = sleeper;
      if (next === undefined || next.atMs > endMs) break;
      this.#nowMs = next.atMs;
      next.wake();
    }
    this.#nowMs = endMs;
  }
}

/** The same numbers each time. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
