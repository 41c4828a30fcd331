import { OvsdbError } from '../errors.ts';
import type { JsonValue } from './json-value.ts';
import { StringCache, sharedStrings } from './string-cache.ts';

export const Byte = {
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/**
 * No name of OVSDB's, but one that has polluted prototypes where decoded JSON was merged into other objects. Ours have
 * no prototype; what callers do with them is not known, so whoever sends it is not talked to.
 */
export const hostileKey = '__proto__';

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const integerPattern = /^-?\d+$/;
/** Any integer of that many digits is exact as a double. */
const exactDigits = 15;

/**
 * Reads JSON off bytes that hold one complete value. Callers either take a whole value (`readValue`) or walk it
 * piece by piece, which spares the intermediate tree.
 *
 * Stricter than `JSON.parse` where a guess would be harmful: duplicate keys, bad UTF-8 and lone surrogates are
 * errors, and an integer is never rounded. Every error says at which byte [W3].
 */
export class JsonReader {
  bytes: Buffer = Buffer.alloc(0);
  position = 0;
  end = 0;
  readonly #strings = sharedStrings;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #maxDepth: number;

  constructor(maxDepth = 64) {
    this.#maxDepth = maxDepth;
  }

  reset(bytes: Buffer, start = 0, end = bytes.length): this {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    return this;
  }

  fail(problem: string): OvsdbError {
    const near = this.bytes.toString('latin1', Math.max(0, this.position - 20), Math.min(this.end, this.position + 20));
    return new OvsdbError('malformed-message', `${problem} at byte ${this.position}, near ${JSON.stringify(near)}`);
  }

  /** The next byte that is not white space, or -1 at the end; does not consume it. */
  peek(): number {
    const { bytes, end } = this;
    let position = this.position;
    let byte = -1;
    for (; position < end; position++) {
      byte = bytes[position] as number;
      if (byte > 0x20 || !isWhiteSpace(byte)) break;
    }
    this.position = position;
    return position < end ? byte : -1;
  }

  /** Consumes `byte` if it comes next. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.position++;
    return true;
  }

  expect(byte: number): void {
    if (!this.take(byte)) throw this.fail(`expected ${JSON.stringify(String.fromCharCode(byte))}`);
  }

  expectEnd(): void {
    if (this.peek() !== -1) throw this.fail('expected nothing more');
  }

  readString(): string {
    if (this.peek() !== Byte.quote) throw this.fail('expected a string');
    const { bytes, end } = this;
    const start = this.position + 1;
    let hash = 0;
    for (let position = start; position < end; position++) {
      const byte = bytes[position] as number;
      if (byte === Byte.quote) {
        this.position = position + 1;
        if (position - start > StringCache.longest) return bytes.toString('latin1', start, position);
        return this.#strings.get(bytes, start, position, hash);
      }
      if (byte === Byte.backslash || byte < 0x20 || byte >= 0x80) return this.#readUncommonString(position);
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    throw this.fail('unterminated string');
  }

  /** A string with escapes or beyond ASCII, of which nothing before `from` is either. */
  #readUncommonString(from: number): string {
    const { bytes, end } = this;
    let position = from;
    let isEscaped = false;
    for (; position < end; position++) {
      const byte = bytes[position] as number;
      if (byte === Byte.backslash) {
        isEscaped = true;
        position++;
      } else if (byte === Byte.quote) {
        break;
      }
    }
    if (position >= end) throw this.fail('unterminated string');
    let text: string;
    try {
      const quoted = this.#utf8.decode(bytes.subarray(this.position, position + 1));
      text = JSON.parse(quoted) as string;
    } catch (cause) {
      throw this.fail(`bad string (${cause instanceof Error ? cause.message : 'unreadable'})`);
    }
    if (isEscaped && !text.isWellFormed()) throw this.fail('half of a surrogate pair in a string');
    this.position = position + 1;
    return text;
  }

  /** An integer beyond 2^53 comes as a bigint. */
  readNumber(): number | bigint {
    this.peek();
    const { bytes, end } = this;
    const start = this.position;
    let position = start;
    let isNegative = false;
    if (bytes[position] === Byte.minus) {
      isNegative = true;
      position++;
    }
    const firstDigit = position;
    let value = 0;
    for (; position < end; position++) {
      const byte = bytes[position] as number;
      if (byte < Byte.zero || byte > Byte.nine) break;
      value = value * 10 + (byte - Byte.zero);
    }
    const digits = position - firstDigit;
    const next = position < end ? (bytes[position] as number) : -1;
    const isPlain = digits > 0 && digits <= exactDigits && !isNumberByte(next);
    if (isPlain && (digits === 1 || bytes[firstDigit] !== Byte.zero)) {
      this.position = position;
      return isNegative && value !== 0 ? -value : value;
    }
    return this.#readUncommonNumber(start, position);
  }

  #readUncommonNumber(start: number, from: number): number | bigint {
    let position = from;
    while (position < this.end && isNumberByte(this.bytes[position] as number)) position++;
    const text = this.bytes.toString('latin1', start, position);
    if (!numberPattern.test(text)) throw this.fail('expected a number');
    const value = Number(text);
    if (!Number.isFinite(value)) throw this.fail(`number ${text} out of range`);
    this.position = position;
    if (integerPattern.test(text) && !Number.isSafeInteger(value)) return BigInt(text);
    return value;
  }

  readLiteral(): boolean | null {
    if (this.#takeWord('true')) return true;
    if (this.#takeWord('false')) return false;
    if (this.#takeWord('null')) return null;
    throw this.fail('expected a value');
  }

  #takeWord(word: string): boolean {
    for (let index = 0; index < word.length; index++) {
      if (this.bytes[this.position + index] !== word.charCodeAt(index)) return false;
    }
    if (this.position + word.length > this.end) return false;
    this.position += word.length;
    return true;
  }

  readValue(depth = 0): JsonValue {
    const byte = this.peek();
    if (byte === Byte.quote) return this.readString();
    if (byte === Byte.openBracket) return this.#readArray(depth + 1);
    if (byte === Byte.openBrace) return this.#readObject(depth + 1);
    if (byte === Byte.minus || (byte >= Byte.zero && byte <= Byte.nine)) return this.readNumber();
    return this.readLiteral();
  }

  #readArray(depth: number): JsonValue {
    if (depth > this.#maxDepth) throw this.fail(`nested deeper than ${this.#maxDepth}`);
    this.expect(Byte.openBracket);
    const items: JsonValue[] = [];
    if (this.take(Byte.closeBracket)) return items;
    do items.push(this.readValue(depth));
    while (this.take(Byte.comma));
    this.expect(Byte.closeBracket);
    return items;
  }

  #readObject(depth: number): JsonValue {
    if (depth > this.#maxDepth) throw this.fail(`nested deeper than ${this.#maxDepth}`);
    this.expect(Byte.openBrace);
    const members: Record<string, JsonValue> = Object.create(null);
    if (this.take(Byte.closeBrace)) return members;
    do {
      const key = this.readString();
      if (key in members) throw this.fail(`duplicate key ${JSON.stringify(key)}`);
      if (key === hostileKey) throw this.fail(`hostile key ${JSON.stringify(key)}`);
      this.expect(Byte.colon);
      members[key] = this.readValue(depth);
    } while (this.take(Byte.comma));
    this.expect(Byte.closeBrace);
    return members;
  }
}

export function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isNumberByte(byte: number): boolean {
  return (
    (byte >= Byte.zero && byte <= Byte.nine) ||
    byte === Byte.dot ||
    byte === Byte.plus ||
    byte === Byte.minus ||
    byte === 0x65 ||
    byte === 0x45
  );
}
