/**
 * Gives equal short strings one copy in memory. A Northbound repeats its column names, map keys and values hundreds
 * of thousands of times; decoding each anew would cost most of the time and memory of the initial dump.
 *
 * Direct-mapped: a slot holds the last string that hashed to it, so memory is bounded and nothing is ever searched.
 */
export class StringCache {
  static readonly #slots = 1 << 16;
  /** Longer strings are seldom repeated, and comparing them costs as much as decoding them. */
  static readonly longest = 64;

  readonly #strings: (string | undefined)[] = new Array<string | undefined>(StringCache.#slots).fill(undefined);

  /** The string of the ASCII bytes from `start` to `end`, whose hash the caller has computed while it scanned them. */
  get(bytes: Buffer, start: number, end: number, hash: number): string {
    const slot = (hash ^ (hash >>> 15)) & (StringCache.#slots - 1);
    const cached = this.#strings[slot];
    if (cached !== undefined && isSame(cached, bytes, start, end)) return cached;
    const fresh = bytes.toString('latin1', start, end);
    this.#strings[slot] = fresh;
    return fresh;
  }
}

/**
 * One for all readers: databases of one deployment repeat each other's names, and a reader costs nothing to make. Not a
 * static of the class: compiled for publication, it would be made before the class is there.
 */
export const sharedStrings = new StringCache();

function isSame(text: string, bytes: Buffer, start: number, end: number): boolean {
  const { length } = text;
  if (length !== end - start) return false;
  for (let index = 0; index < length; index++) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
