import { Byte, isWhiteSpace } from './json-reader.ts';

/** A part of a message that is parsed once all its bytes are there, and how far the search for its end has come. */
export interface Item {
  readonly kind: 'key' | 'string' | 'bare' | 'container';
  depth: number;
  isInString: boolean;
  isEscaped: boolean;
}

export function startItem(kind: Item['kind']): Item {
  return { kind, depth: 0, isInString: false, isEscaped: false };
}

/**
 * The position after the item, or -1 when its end is not in this chunk. `start` is the item's first byte, or the
 * first of the next chunk. Brackets are counted, not matched: that is left to the parse. Stops early, with
 * `item.depth` beyond it, at brackets nested deeper than `maxDepth`.
 */
export function scanItem(item: Item, chunk: Buffer, start: number, maxDepth: number): number {
  return item.kind === 'bare' ? scanBare(chunk, start) : scanNested(item, chunk, start, maxDepth);
}

function scanNested(item: Item, chunk: Buffer, start: number, maxDepth: number): number {
  let { depth, isInString, isEscaped } = item;
  let end = -1;
  const { length } = chunk;
  for (let position = start; position < length; position++) {
    const byte = chunk[position] as number;
    if (isInString) {
      if (isEscaped) isEscaped = false;
      else if (byte === Byte.backslash) isEscaped = true;
      else if (byte === Byte.quote) {
        isInString = false;
        if (depth === 0) {
          end = position + 1;
          break;
        }
      }
    } else if (byte === Byte.quote) {
      isInString = true;
    } else if (byte === Byte.openBracket || byte === Byte.openBrace) {
      if (++depth > maxDepth) break;
    } else if (byte === Byte.closeBracket || byte === Byte.closeBrace) {
      if (--depth === 0) {
        end = position + 1;
        break;
      }
    }
  }
  item.depth = depth;
  item.isInString = isInString;
  item.isEscaped = isEscaped;
  return end;
}

function scanBare(chunk: Buffer, start: number): number {
  for (let position = start; position < chunk.length; position++) {
    const byte = chunk[position] as number;
    if (byte === Byte.comma || byte === Byte.closeBrace || byte === Byte.closeBracket || isWhiteSpace(byte)) {
      return position;
    }
  }
  return -1;
}
