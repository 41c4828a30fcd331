import type { Attempt } from './attempt.ts';
import type { Scheduler } from './scheduler.ts';

/** Time, handed in: a test has a faster one. */
export interface Clock {
  nowMs(): number;
  /** Resolves after that time, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export type WorkerEvent =
  | {
      readonly kind: 'task';
      readonly name: string;
      readonly attempt: Attempt;
      readonly durationMs: number;
      /** It threw too often in a row: it has no other turn until something changes. */
      readonly isGivenUp: boolean;
    }
  /** It was told to stop at its deadline and did not: the others go on, and it has no other turn until it ends. */
  | { readonly kind: 'task-stuck'; readonly name: string; readonly durationMs: number };

export interface WorkerOptions {
  readonly scheduler: Scheduler;
  /** At the start; from then on `lockChanged` tells. */
  readonly isLockHeld: boolean;
  readonly clock: Clock;
  /** One run; the signal aborts at the deadline, when the lock is lost, and when the worker stops. May not throw. */
  readonly attempt: (name: string, signal: AbortSignal) => Promise<Attempt>;
  readonly deadlineMs: number;
  readonly onEvent: (event: WorkerEvent) => void;
}

/**
 * Runs the tasks whose turn it is, one after another, each with a deadline: upstream's schedule, without a task that
 * hangs being able to stop the rest.
 */
export class TaskWorker {
  readonly #options: WorkerOptions;
  #isLockHeld: boolean;
  #current: { readonly name: string; readonly stop: AbortController } | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#isLockHeld = options.isLockHeld;
  }

  /** Losing the lock stops what is under way at once; gaining it makes what waited for it due. */
  lockChanged(isHeld: boolean): void {
    if (isHeld === this.#isLockHeld) return;
    this.#isLockHeld = isHeld;
    if (isHeld) this.#options.scheduler.lockGained(this.#options.clock.nowMs());
    else if (this.#current !== undefined && this.#options.scheduler.isGated(this.#current.name)) {
      this.#current.stop.abort(new Error('the maintenance lock was lost'));
    }
  }

  /** When `turn` would have something to do. */
  nextDueAtMs(): number | undefined {
    return this.#options.scheduler.nextDueAtMs(this.#isLockHeld);
  }

  /** Runs what is due now, and what becomes due while it does. Answers whether anything was changed. */
  async turn(signal: AbortSignal): Promise<boolean> {
    const { scheduler, clock } = this.#options;
    let hasChanged = false;
    while (!signal.aborted) {
      const name = scheduler.take(clock.nowMs(), this.#isLockHeld);
      if (name === undefined) break;
      const attempt = await this.#runOne(name, signal);
      hasChanged ||= attempt.is !== 'skipped' && attempt.changed > 0;
    }
    return hasChanged;
  }

  async #runOne(name: string, signal: AbortSignal): Promise<Attempt> {
    const { scheduler, clock, attempt, deadlineMs, onEvent } = this.#options;
    const startedAtMs = clock.nowMs();
    const stop = new AbortController();
    this.#current = { name, stop };
    const over = new AbortController();
    const running = attempt(name, AbortSignal.any([signal, stop.signal])).finally(() => over.abort());
    const late = clock.sleep(deadlineMs, over.signal).then(async (): Promise<Attempt | typeof STUCK> => {
      if (over.signal.aborted) return running;
      stop.abort(new Error(`not done after ${deadlineMs / 1000} s`));
      await clock.sleep(GRACE_MS, over.signal);
      return over.signal.aborted ? running : STUCK;
    });
    const ended = await Promise.race([running, late]);
    this.#current = undefined;
    const durationMs = clock.nowMs() - startedAtMs;
    if (ended === STUCK) {
      onEvent({ kind: 'task-stuck', name, durationMs });
      void running.then(({ is }) => scheduler.ended(name, is, clock.nowMs()));
      return { is: 'failed', changed: 0, cause: new Error('it does not stop') };
    }
    scheduler.ended(name, ended.is, clock.nowMs());
    const isGivenUp = scheduler.stateOf(name) === 'exhausted';
    onEvent({ kind: 'task', name, attempt: ended, durationMs, isGivenUp });
    return ended;
  }
}

const STUCK: unique symbol = Symbol('stuck');
/** A run that was told to stop at its deadline gets this long to do so. */
const GRACE_MS = 1_000;
