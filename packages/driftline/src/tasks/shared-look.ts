import type { Verdict } from '../reconcile/judge.ts';
import type { Earlier, LookOptions } from '../reconcile/reconcile.ts';
import type { Clock } from './worker.ts';

/** Others write too: so long a look is believed. What it got wrong the guards find out, and the task has another turn. */
const LASTS_MS = 10_000;

/**
 * Reading a large deployment takes seconds, and most tasks find nothing to do: those that run one after another share a
 * look, until one of them writes.
 */
export class SharedLook {
  readonly #look: (options: LookOptions) => Promise<Verdict>;
  readonly #clock: Pick<Clock, 'nowMs'>;
  #last: { readonly atMs: number; readonly verdict: Verdict } | undefined;

  constructor(look: (options: LookOptions) => Promise<Verdict>, clock: Pick<Clock, 'nowMs'>) {
    this.#look = look;
    this.#clock = clock;
  }

  /** For one run of a task: its first look may be the last one of the run before, the others follow a write. */
  forOne(signal: AbortSignal): (earlier?: Earlier) => Promise<Verdict> {
    let isFirst = true;
    return async (earlier) => {
      const last = this.#last;
      const nowMs = this.#clock.nowMs();
      const isGood = isFirst && last !== undefined && nowMs - last.atMs < LASTS_MS;
      isFirst = false;
      if (isGood) return last.verdict;
      this.#last = undefined;
      const verdict = await this.#look({ signal, earlier });
      // What it did not read again is as old as the look before.
      this.#last = { atMs: earlier === undefined || last === undefined ? nowMs : last.atMs, verdict };
      return verdict;
    };
  }

  /** The last run ended otherwise than with a look at what it left. */
  forget(): void {
    this.#last = undefined;
  }
}
