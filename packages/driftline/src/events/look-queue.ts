import { keyOf, type Look } from './look.ts';

/** A look that waits, and the event that led to it first. */
export interface WaitingLook {
  readonly look: Look;
  /** Upstream's name of the event's class. */
  readonly event: string;
  readonly table: string;
  readonly rowUuid: string;
  /** When the event came; latency counts from here. */
  readonly seenAtMs: number;
  readonly notBeforeMs: number;
  /** Failed attempts. */
  readonly attempts: number;
  /** It was different once already, a grace period ago. */
  readonly isConfirmed: boolean;
  /** Its bunch failed: it is tried by itself, so that one bad look harms no other. */
  readonly isAlone: boolean;
}

/** Looks by place: many events that lead to one place make one look. In the order in which they came. */
export class LookQueue {
  readonly #waiting = new Map<string, WaitingLook>();

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * A place that waits already keeps its turn and what it failed so far, and is looked at no later than either asks. What
   * is asked anew is not confirmed.
   */
  add(added: WaitingLook): void {
    const key = keyOf(added.look);
    const before = this.#waiting.get(key);
    if (before === undefined) {
      this.#waiting.set(key, added);
      return;
    }
    this.#waiting.set(key, {
      ...before,
      seenAtMs: Math.min(before.seenAtMs, added.seenAtMs),
      notBeforeMs: Math.min(before.notBeforeMs, added.notBeforeMs),
      attempts: Math.max(before.attempts, added.attempts),
      isConfirmed: before.isConfirmed && added.isConfirmed,
      isAlone: before.isAlone || added.isAlone,
    });
  }

  /** Takes those that are due and can be looked at together, the ones that have waited longest first. */
  take(nowMs: number, most: number): readonly WaitingLook[] {
    const taken: WaitingLook[] = [];
    for (const [key, waiting] of this.#waiting) {
      if (waiting.notBeforeMs > nowMs) continue;
      const [first] = taken;
      if (first !== undefined && (waiting.isAlone || !goTogether(first, waiting))) continue;
      taken.push(waiting);
      this.#waiting.delete(key);
      if (waiting.isAlone || taken.length >= most) break;
    }
    return taken;
  }

  /** undefined: nothing waits. */
  get nextDueMs(): number | undefined {
    let next: number | undefined;
    for (const { notBeforeMs } of this.#waiting.values()) next = Math.min(next ?? notBeforeMs, notBeforeMs);
    return next;
  }
}

const goTogether = (a: WaitingLook, b: WaitingLook): boolean =>
  a.look.at === b.look.at && a.isConfirmed === b.isConfirmed;
