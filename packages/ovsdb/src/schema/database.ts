/**
 * schema/: what a database holds (RFC 7047, section 3.2), read from its schema (`parse-schema.ts`), and the
 * passage of values between JavaScript and the wire that it governs (`decode.ts`, `encode.ts`).
 */

/**
 * A uuid is a plain string. An integer that a double cannot hold exactly (beyond 2^53; OVSDB has 64 bits) is a
 * bigint, and only then: no integer is ever rounded.
 */
export type OvsdbAtom = string | number | bigint | boolean;

/**
 * A cell, in its column's shape: scalar column (exactly one) an atom; optional (none or one) an atom or undefined;
 * set an array in ascending order; map a ReadonlyMap in ascending order of its keys.
 */
export type OvsdbValue = OvsdbAtom | undefined | readonly OvsdbAtom[] | ReadonlyMap<OvsdbAtom, OvsdbAtom>;

export type AtomType = 'integer' | 'real' | 'boolean' | 'string' | 'uuid';

export interface BaseType {
  readonly type: AtomType;
  readonly enum?: ReadonlySet<OvsdbAtom>;
  /** Of an integer or real. */
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  /** Of a string, in characters (Unicode code points). */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Of a uuid: the table it refers to. */
  readonly refTable?: string;
  readonly refType?: 'strong' | 'weak';
}

export type ColumnKind = 'scalar' | 'optional' | 'set' | 'map';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly key: BaseType;
  /** Of a map. */
  readonly value?: BaseType;
  readonly min: 0 | 1;
  /** Infinity for `unlimited`. */
  readonly max: number;
  readonly isEphemeral: boolean;
  readonly isMutable: boolean;
}

export interface Table {
  readonly name: string;
  readonly columns: ReadonlyMap<string, Column>;
  /** Each a set of columns whose values are unique together. */
  readonly indexes: readonly (readonly string[])[];
  /** Rows of a table outside the root set vanish when nothing refers to them strongly. */
  readonly isRoot: boolean;
  /** Infinity without a limit. */
  readonly maxRows: number;
}

export interface Database {
  readonly name: string;
  readonly version: string;
  readonly cksum: string | undefined;
  readonly tables: ReadonlyMap<string, Table>;
}

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value);
}
