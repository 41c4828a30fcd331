import { keyOf } from './look.ts';
import type { WaitingLook } from './look-queue.ts';

/**
 * The looks that were for other members, for as long as it may take to learn that one of them is dead: an event that a
 * member saw and did not live to handle is nowhere else.
 */
export class OthersEvents {
  readonly #memoryMs: number;
  readonly #most: number;
  /** By place, the oldest first. */
  readonly #remembered = new Map<string, WaitingLook>();
  #overflowed = false;

  constructor(memoryMs: number, most = 200_000) {
    this.#memoryMs = memoryMs;
    this.#most = most;
  }

  add(look: WaitingLook): void {
    const key = keyOf(look.look);
    this.#remembered.delete(key);
    this.#remembered.set(key, look);
    for (const [oldest, { seenAtMs }] of this.#remembered) {
      const isOver = this.#remembered.size > this.#most;
      if (!isOver && look.seenAtMs - seenAtMs <= this.#memoryMs) break;
      this.#remembered.delete(oldest);
      this.#overflowed ||= isOver;
    }
  }

  /** Takes those whose row is now somebody's who `owns` it. */
  take(owns: (rowUuid: string) => boolean): readonly WaitingLook[] {
    const taken: WaitingLook[] = [];
    for (const [key, look] of this.#remembered) {
      if (!owns(look.rowUuid)) continue;
      taken.push(look);
      this.#remembered.delete(key);
    }
    return taken;
  }

  /** Whether some had to be forgotten before their time since this was last asked: then all rows have to be gone through. */
  takeOverflow(): boolean {
    const overflowed = this.#overflowed;
    this.#overflowed = false;
    return overflowed;
  }
}
