import type { Attempt } from './attempt.ts';
import type { Task } from './task.ts';

/**
 * When which task has its turn. Knows no clock and runs nothing: it is told the time and what came of a run.
 *
 *     waiting --take--> running --ended--> waiting    recurs, or is not done yet
 *        ^                           +---> settled    once, done (or skipped) for this configuration
 *        |                           +---> exhausted  threw too often
 *        +------------- again ---------------+        the lock was gained, configuration or schema changed
 *
 * Invariants
 * 1. Who has waited longest is next, and of several the one that comes first in the list: migrations are run in their
 *    order, and a task that is due again at once does not keep another from its turn.
 * 2. Two starts of a task are its spacing apart, at the least, and jitter makes it more, never less.
 * 3. After a failure in a row more, the distance doubles, up to an hour; after the last allowed one it ends.
 * 4. A task behind the lock is not taken without it; it stays due, and does not count as tried.
 */
export class Scheduler {
  readonly #turns = new Map<string, Turn>();
  readonly #tasks: ReadonlyMap<string, ScheduledTask>;
  readonly #random: () => number;

  /**
   * @param random 0 to 1, for the jitter.
   * @param isSettled What the ledger knows to be done already under the present configuration.
   */
  constructor(
    tasks: readonly ScheduledTask[],
    options: { readonly nowMs: number; readonly random: () => number; readonly isSettled?: (name: string) => boolean },
  ) {
    this.#tasks = new Map(tasks.map((task) => [task.name, task]));
    this.#random = options.random;
    const startMs = options.nowMs + this.#random() * START_SPREAD_MS;
    for (const task of tasks) {
      const isSettled = !task.recurs && options.isSettled?.(task.name) === true;
      const dueAtMs = task.runAtStart ? startMs : options.nowMs + this.#spaced(task);
      this.#turns.set(task.name, isSettled ? { is: 'settled' } : { is: 'waiting', dueAtMs, failures: 0 });
    }
  }

  /** The next task to run now, which counts as running until `ended`. */
  take(nowMs: number, isLockHeld: boolean): string | undefined {
    let first: { name: string; turn: Waiting } | undefined;
    for (const [name, turn] of this.#turns) {
      if (turn.is !== 'waiting' || turn.dueAtMs > nowMs || !this.#isOpen(name, isLockHeld)) continue;
      if (first === undefined || turn.dueAtMs < first.turn.dueAtMs) first = { name, turn };
    }
    if (first === undefined) return undefined;
    this.#turns.set(first.name, { is: 'running', startedAtMs: nowMs, failures: first.turn.failures });
    return first.name;
  }

  ended(name: string, how: Attempt['is'], nowMs: number): void {
    const task = this.#tasks.get(name);
    const turn = this.#turns.get(name);
    if (task === undefined || turn?.is !== 'running') return;
    this.#turns.set(name, this.#next(task, turn, how, nowMs));
  }

  #next(task: ScheduledTask, { startedAtMs, failures, isAgain }: Running, how: Attempt['is'], nowMs: number): Turn {
    if (isAgain === true) return { is: 'waiting', dueAtMs: nowMs, failures: 0 };
    const spacedAtMs = Math.max(nowMs, startedAtMs + this.#spaced(task));
    switch (how) {
      case 'done':
      case 'skipped':
        return task.recurs ? { is: 'waiting', dueAtMs: spacedAtMs, failures: 0 } : { is: 'settled' };
      case 'pending':
      case 'observed':
        return { is: 'waiting', dueAtMs: spacedAtMs, failures: 0 };
      case 'refused':
        // Only a person can change that: asked again, but not every few seconds.
        return { is: 'waiting', dueAtMs: Math.max(spacedAtMs, nowMs + REFUSED_SPACING_MS), failures: 0 };
      case 'failed': {
        if (failures + 1 >= FAILURE_LIMIT) return { is: 'exhausted' };
        const backOffMs = Math.min(MOST_BACK_OFF_MS, this.#spaced(task) * 2 ** failures);
        return { is: 'waiting', dueAtMs: Math.max(spacedAtMs, nowMs + backOffMs), failures: failures + 1 };
      }
      default:
        how satisfies never;
        return { is: 'settled' };
    }
  }

  /** What a task was done for has changed. One that is running is run once more after it. */
  again(nowMs: number, isConcerned: (name: string) => boolean = () => true): void {
    for (const [name, turn] of this.#turns) {
      if (!isConcerned(name)) continue;
      if (turn.is === 'running') this.#turns.set(name, { ...turn, isAgain: true });
      else this.#turns.set(name, { is: 'waiting', dueAtMs: nowMs, failures: 0 });
    }
  }

  /** The lock was gained: who waited for it is due now, and another worker may have left things undone. */
  lockGained(nowMs: number): void {
    this.again(nowMs, (name) => this.isGated(name));
  }

  /** When there is something to take; undefined: nothing, unless something changes. */
  nextDueAtMs(isLockHeld: boolean): number | undefined {
    let next: number | undefined;
    for (const [name, turn] of this.#turns) {
      if (turn.is !== 'waiting' || !this.#isOpen(name, isLockHeld)) continue;
      if (next === undefined || turn.dueAtMs < next) next = turn.dueAtMs;
    }
    return next;
  }

  stateOf(name: string): Turn['is'] | undefined {
    return this.#turns.get(name)?.is;
  }

  isGated(name: string): boolean {
    return this.#tasks.get(name)?.gate !== 'none';
  }

  #isOpen(name: string, isLockHeld: boolean): boolean {
    return isLockHeld || !this.isGated(name);
  }

  #spaced({ spacingMs }: ScheduledTask): number {
    return spacingMs * (1 + JITTER_SHARE * this.#random());
  }
}

export type ScheduledTask = Pick<Task, 'name' | 'gate' | 'spacingMs' | 'runAtStart' | 'recurs'>;

interface Waiting {
  readonly is: 'waiting';
  readonly dueAtMs: number;
  readonly failures: number;
}
interface Running {
  readonly is: 'running';
  readonly startedAtMs: number;
  readonly failures: number;
  readonly isAgain?: boolean;
}
type Turn = Waiting | Running | { readonly is: 'settled' } | { readonly is: 'exhausted' };

/** Several daemons that start together do not all begin with the same query in the same moment. */
export const START_SPREAD_MS = 2_000;
export const JITTER_SHARE = 0.1;
export const REFUSED_SPACING_MS = 600_000;
/** As often as upstream tries in vain to get the lock. */
export const FAILURE_LIMIT = 100;
export const MOST_BACK_OFF_MS = 3_600_000;
