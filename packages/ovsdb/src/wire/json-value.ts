/**
 * wire/: bytes to messages and back. Endpoints and streams (`endpoint.ts`, `stream.ts`), the incremental decoder
 * (`message-decoder.ts` over `json-reader.ts`), and JSON-RPC 1.0 as RFC 7047 uses it (`rpc-connection.ts`).
 * Nothing here knows schemas; rows are handed, as bytes, to a decoder that does.
 */

/** A decoded JSON value. An integer that a double cannot hold exactly is a bigint; objects have no prototype. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

declare global {
  interface JSON {
    rawJSON(text: string): object;
  }
}

/** `JSON.stringify` that writes a bigint as the integer that it is. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'bigint' ? JSON.rawJSON(String(member)) : member,
  );
}
