import type { Look } from './look.ts';

/** Something that was given up. */
export interface DeadLetter {
  /** Upstream's name of the event's class. */
  readonly event: string;
  readonly table: string;
  readonly rowUuid: string;
  /** undefined: the class failed before it said where to look. */
  readonly look: Look | undefined;
  /** What the last attempt ended with. */
  readonly error: unknown;
  /** How often one of this kind was given up. */
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** The most recent ones, each once however often it comes back. */
export class DeadLetters {
  readonly #letters = new Map<string, DeadLetter>();
  readonly #most: number;
  #dropped = 0;

  constructor(most = 1000) {
    this.#most = most;
  }

  /** Oldest first. */
  get list(): readonly DeadLetter[] {
    return [...this.#letters.values()];
  }

  /** How many had to make room for others. */
  get dropped(): number {
    return this.#dropped;
  }

  add(key: string, letter: Omit<DeadLetter, 'count' | 'firstAtMs' | 'lastAtMs'>, nowMs: number): DeadLetter {
    const before = this.#letters.get(key);
    this.#letters.delete(key);
    const added = {
      ...letter,
      count: (before?.count ?? 0) + 1,
      firstAtMs: before?.firstAtMs ?? nowMs,
      lastAtMs: nowMs,
    };
    this.#letters.set(key, added);
    for (const oldest of this.#letters.keys()) {
      if (this.#letters.size <= this.#most) break;
      this.#letters.delete(oldest);
      this.#dropped++;
    }
    return added;
  }

  /** It went well since. */
  forget(key: string): void {
    this.#letters.delete(key);
  }
}
