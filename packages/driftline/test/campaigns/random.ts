/**
 * Campaigns: long seeded runs against real servers. One plants drift, thousands of times, and asks of each whether
 * `check` saw it and `repair` undid it. What they compare with, they compute without the code under test.
 *
 * This file is where the chance comes from: equal seeds give equal campaigns.
 */
export class Random {
  #state: number;

  /** Seeds that differ in any part give unrelated sequences. */
  constructor(...seed: readonly number[]) {
    this.#state = seed.reduce((state, part) => scramble(state ^ part), 0x9e3779b9);
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    return scramble(this.#state) >>> 0;
  }

  /** 0 to `below` - 1. */
  below(below: number): number {
    return this.next() % below;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('there is nothing to pick from');
    return items[this.below(items.length)] as T;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }

  uuid(): string {
    const hex = Array.from({ length: 4 }, () => this.next().toString(16).padStart(8, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join(
      '-',
    );
  }
}

function scramble(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
