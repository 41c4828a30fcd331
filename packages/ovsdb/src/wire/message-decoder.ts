import { OvsdbError } from '../errors.ts';
import { type Item, scanItem, startItem } from './item-scanner.ts';
import { Byte, hostileKey, isWhiteSpace, JsonReader } from './json-reader.ts';
import type { JsonObject, JsonValue } from './json-value.ts';

/**
 * Turns a stream of bytes, cut anywhere, into JSON-RPC messages.
 *
 * The outer five levels of a message are parsed as the bytes come; what is deeper, and every scalar, is an *item*
 * that is parsed once all its bytes are there. So an initial dump of any size is decoded row by row, a byte is
 * scanned once however the stream is cut, and no string ever holds more than one item (V8's limit is 512 MiB).
 *
 * A monitor's rows sit at a fixed place in a message (RFC 7047, section 4.1.5; ovsdb-server(7), update2 and update3).
 * There `rowDecoderFor` is asked for a decoder that knows the table; its results come as a `RowBatch`.
 *
 * Invariants (docs/spec/replica.md):
 * - [W1] Linear: a byte is looked at by the scan once at most, and by the parse twice at most (when it belongs to an item
 *    that the end of a chunk cut).
 * - [W2] A message is handed over whole or not at all; what follows a malformed one is never looked at.
 */
export class MessageDecoder {
  readonly #options: MessageDecoderOptions;
  readonly #limits: MessageLimits;
  readonly #reader: JsonReader;
  readonly #stack: Frame[] = [];
  #expected: Expected = 'value';
  #item: Item | undefined;
  #pieces: Buffer[] = [];
  #itemBytes = 0;
  /** Bytes of the present message in chunks before this one. */
  #messageBytes = 0;
  #messages = 0;
  #failure: OvsdbError | undefined;

  constructor(options: MessageDecoderOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#reader = new JsonReader(this.#limits.maxDepth);
  }

  /** Throws an OvsdbError on the first malformed byte, and on every call after it. */
  push(chunk: Buffer): void {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#consume(chunk);
    } catch (error) {
      if (error instanceof OvsdbError) this.#failure = error;
      throw error;
    }
  }

  #consume(chunk: Buffer): void {
    let position = 0;
    let messageStart = 0;
    while (position < chunk.length) {
      if (this.#item !== undefined) {
        position = this.#continueItem(this.#item, chunk, position);
        continue;
      }
      const byte = chunk[position] as number;
      if (isWhiteSpace(byte)) {
        position++;
      } else if (this.#stack.length === 0) {
        if (byte !== Byte.openBrace) throw this.#fail(`a message must be an object, not ${show(byte)}`);
        this.#messageBytes = 0;
        messageStart = position;
        this.#open(byte);
        position++;
      } else {
        position = this.#step(byte, chunk, position);
      }
      if (this.#messageBytes + position - messageStart > this.#limits.maxMessageBytes) {
        const limit = this.#limits.maxMessageBytes;
        throw new OvsdbError(
          'message-too-large',
          `message ${this.#messages} is larger than the limit of ${limit} bytes`,
        );
      }
    }
    this.#messageBytes += chunk.length - messageStart;
  }

  /** Handles one byte between items; returns the position to go on from. */
  #step(byte: number, chunk: Buffer, position: number): number {
    switch (this.#expected) {
      case 'colon':
        if (byte !== Byte.colon) throw this.#fail(`expected ":", not ${show(byte)}`);
        this.#expected = 'value';
        return position + 1;
      case 'comma-or-end':
        if (byte === Byte.comma) this.#expected = this.#top().isArray ? 'value' : 'key';
        else this.#close(byte);
        return position + 1;
      case 'key-or-end':
      case 'value-or-end':
        if (byte === Byte.closeBrace || byte === Byte.closeBracket) {
          this.#close(byte);
          return position + 1;
        }
        this.#expected = this.#expected === 'key-or-end' ? 'key' : 'value';
        return position;
      case 'key':
        if (byte !== Byte.quote) throw this.#fail(`expected a key, not ${show(byte)}`);
        return this.#startItem('key', chunk, position);
      case 'value':
        return this.#startValue(byte, chunk, position);
      default:
        return this.#expected satisfies never;
    }
  }

  #startValue(byte: number, chunk: Buffer, position: number): number {
    if (byte === Byte.openBrace || byte === Byte.openBracket) {
      if (this.#top().rows === undefined && this.#stack.length < outerLevels) {
        this.#open(byte);
        return position + 1;
      }
      return this.#startItem('container', chunk, position);
    }
    return this.#startItem(byte === Byte.quote ? 'string' : 'bare', chunk, position);
  }

  #open(byte: number): void {
    const isArray = byte === Byte.openBracket;
    const rows = isArray ? undefined : this.#startRows();
    this.#stack.push({ isArray, array: [], members: Object.create(null), key: '', rows });
    this.#expected = isArray ? 'value-or-end' : 'key-or-end';
  }

  /** A batch, when the object that opens here is a table's rows: `result.T`, `result[i].T` or `params[i].T`. */
  #startRows(): RowsInProgress | undefined {
    const depth = this.#stack.length;
    const root = this.#stack[0];
    if ((depth !== 2 && depth !== 3) || root === undefined) return undefined;
    const updates = this.#top();
    if (updates.isArray || (root.key !== 'result' && root.key !== 'params')) return undefined;
    const list = depth === 3 ? this.#stack[1] : undefined;
    if (depth === 3 ? !list?.isArray : root.key !== 'result') return undefined;
    const monitorId = root.key === 'params' ? list?.array[0] : undefined;
    const decode = this.#options.rowDecoderFor?.(updates.key, monitorId);
    return decode === undefined ? undefined : { decode, batch: new RowBatch(updates.key) };
  }

  #close(byte: number): void {
    const frame = this.#top();
    if (byte !== (frame.isArray ? Byte.closeBracket : Byte.closeBrace)) {
      throw this.#fail(`expected "," or the end of the ${frame.isArray ? 'array' : 'object'}, not ${show(byte)}`);
    }
    this.#stack.pop();
    const value = frame.isArray ? frame.array : (frame.rows?.batch ?? frame.members);
    if (this.#stack.length > 0) {
      this.#add(value);
      return;
    }
    this.#expected = 'value';
    this.#messages++;
    this.#options.onMessage(frame.members as JsonObject);
  }

  #startItem(kind: Item['kind'], chunk: Buffer, position: number): number {
    const end = kind === 'bare' ? -1 : this.#parseAtOnce(kind, chunk, position);
    if (end >= 0) return end;
    this.#item = startItem(kind);
    return this.#continueItem(this.#item, chunk, position);
  }

  /**
   * Spares the search for the end of an item that lies whole in the chunk, as most do. -1 when that fails, be it
   * because the item goes on in the next chunk or because it is malformed: the search then tells which.
   */
  #parseAtOnce(kind: Item['kind'], chunk: Buffer, start: number): number {
    this.#reader.reset(chunk, start, Math.min(chunk.length, start + this.#limits.maxItemBytes));
    let value: unknown;
    try {
      value = this.#readItem(kind);
    } catch (error) {
      if (error instanceof OvsdbError) return -1;
      throw error;
    }
    this.#takeItem(kind, value);
    return this.#reader.position;
  }

  /** Scans on for the end of the item; parses it when it is found, keeps the bytes for the next chunk otherwise. */
  #continueItem(item: Item, chunk: Buffer, start: number): number {
    const end = scanItem(item, chunk, start, this.#limits.maxDepth);
    const isWhole = end >= 0;
    const stop = isWhole ? end : chunk.length;
    this.#itemBytes += stop - start;
    if (this.#itemBytes > this.#limits.maxItemBytes) {
      const limit = this.#limits.maxItemBytes;
      throw new OvsdbError('message-too-large', `${this.#where()} is larger than the limit of ${limit} bytes`);
    }
    if (item.depth > this.#limits.maxDepth) throw this.#fail(`nested deeper than ${this.#limits.maxDepth}`);
    if (!isWhole) {
      this.#pieces.push(start === 0 ? chunk : chunk.subarray(start));
      return stop;
    }
    this.#item = undefined;
    this.#itemBytes = 0;
    if (this.#pieces.length === 0) {
      this.#reader.reset(chunk, start, stop);
    } else {
      this.#pieces.push(chunk.subarray(start, stop));
      this.#reader.reset(Buffer.concat(this.#pieces));
      this.#pieces = [];
    }
    this.#parseItem(item.kind);
    return stop;
  }

  #parseItem(kind: Item['kind']): void {
    let value: unknown;
    try {
      value = this.#readItem(kind);
      this.#reader.expectEnd();
    } catch (cause) {
      if (!(cause instanceof OvsdbError)) throw cause;
      throw new OvsdbError(cause.code, `${this.#where()}: ${cause.message}`, { cause });
    }
    this.#takeItem(kind, value);
  }

  #readItem(kind: Item['kind']): unknown {
    const { rows, key, members } = this.#top();
    const reader = this.#reader;
    if (kind !== 'key') return rows === undefined ? reader.readValue(this.#stack.length) : rows.decode(reader, key);
    const name = reader.readString();
    // [W3] Of rows the same is checked where they are taken in.
    if (rows === undefined && name in members) throw reader.fail('duplicate key');
    if (name === hostileKey) throw reader.fail(`hostile key ${JSON.stringify(hostileKey)}`);
    return name;
  }

  #takeItem(kind: Item['kind'], value: unknown): void {
    const frame = this.#top();
    if (kind === 'key') {
      frame.key = value as string;
      this.#expected = 'colon';
    } else if (frame.rows !== undefined) {
      frame.rows.batch.rows.push(value);
      this.#expected = 'comma-or-end';
    } else {
      this.#add(value as JsonValue);
    }
  }

  #add(value: JsonValue | RowBatch): void {
    const frame = this.#top();
    if (frame.isArray) frame.array.push(value as JsonValue);
    else frame.members[frame.key] = value as JsonValue;
    this.#expected = 'comma-or-end';
  }

  #top(): Frame {
    const frame = this.#stack.at(-1);
    if (frame === undefined) throw this.#fail('unbalanced brackets');
    return frame;
  }

  #where(): string {
    const path = this.#stack.map((frame) => (frame.isArray ? `[${frame.array.length}]` : `.${frame.key}`)).join('');
    return `message ${this.#messages} from the server, at ${path === '' ? 'its start' : path}`;
  }

  #fail(problem: string): OvsdbError {
    return new OvsdbError('malformed-message', `${this.#where()}: ${problem}`);
  }
}

/** Decodes the row with this uuid, of which `reader` holds the bytes, e.g. `{"initial":{...}}`. */
export type DecodeRow = (reader: JsonReader, uuid: string) => unknown;

/** Stands in a decoded message where the server sent a table's rows. */
export class RowBatch {
  readonly table: string;
  readonly rows: unknown[] = [];

  constructor(table: string) {
    this.table = table;
  }
}

export interface MessageLimits {
  /** Of one whole message; the initial dump is one. */
  readonly maxMessageBytes: number;
  /** Of one row, one key or one scalar; below V8's limit for a string. */
  readonly maxItemBytes: number;
  readonly maxDepth: number;
}

export const defaultLimits: MessageLimits = { maxMessageBytes: 2 ** 34, maxItemBytes: 2 ** 28, maxDepth: 64 };

export interface MessageDecoderOptions {
  readonly onMessage: (message: JsonObject) => void;
  /** `monitorId` is the first parameter of an update; undefined for the reply to a request. */
  readonly rowDecoderFor?: (table: string, monitorId: JsonValue | undefined) => DecodeRow | undefined;
  readonly limits?: Partial<MessageLimits>;
}

/** root, result or params, table-updates, table, row: deeper values are parsed as one item. */
const outerLevels = 5;

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end';

interface RowsInProgress {
  readonly decode: DecodeRow;
  readonly batch: RowBatch;
}

interface Frame {
  readonly isArray: boolean;
  readonly array: JsonValue[];
  readonly members: Record<string, JsonValue>;
  key: string;
  readonly rows: RowsInProgress | undefined;
}

function show(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? JSON.stringify(String.fromCharCode(byte)) : `byte 0x${byte.toString(16)}`;
}
