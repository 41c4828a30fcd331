import { OvsdbError } from '../errors.ts';
import { type BaseType, type Column, isUuid, type OvsdbAtom } from './database.ts';
import { identifierPattern } from './parse-schema.ts';
import type { AtomInput, ValueInput } from './value-input.ts';

/**
 * Puts a value in the column's shape into wire form (RFC 7047, section 5.1). Throws OvsdbError `bad-value` for what
 * the server would refuse, and for what it would take in another meaning than JavaScript's, such as `undefined`.
 *
 * `where` names the cell in messages, e.g. `Logical_Switch.ports`.
 */
export function encodeColumn(column: Column, value: ValueInput, where: string): unknown {
  const count = countElements(column, value, where);
  if (count < column.min || count > column.max) {
    const allowed = column.max === Infinity ? `at least ${column.min}` : `${column.min} to ${column.max}`;
    throw bad(where, `has ${count} elements, where ${allowed} are allowed`);
  }
  return encodeElements(column, value, where);
}

/** As `encodeColumn`, for conditions and mutations, where the number of elements is free. */
export function encodeElements(column: Column, value: ValueInput, where: string): unknown {
  if (isMap(value)) {
    const { key, value: base } = column;
    if (base === undefined) throw bad(where, 'is not a map');
    const pairs = [...value].map(([name, member]) => [
      encodeAtom(key, name, where),
      encodeAtom(base, member, `${where}[${JSON.stringify(String(name))}]`),
    ]);
    return ['map', pairs];
  }
  return encodeAtoms(column.key, value, where);
}

/** An atom as itself, several or none as a set. */
export function encodeAtoms(base: BaseType, value: ValueInput, where: string): unknown {
  if (value === undefined) return ['set', []];
  if (isAtomInput(value)) return encodeAtom(base, value, where);
  if (isMap(value)) throw bad(where, 'takes no Map');
  return ['set', [...new Set(value)].map((atom) => encodeAtom(base, atom, where))];
}

function countElements(column: Column, value: ValueInput, where: string): number {
  switch (column.kind) {
    case 'scalar':
    case 'optional':
      if (value === undefined && column.kind === 'optional') return 0;
      if (isAtomInput(value)) return 1;
      throw bad(
        where,
        `must be one ${column.key.type}${column.kind === 'optional' ? ' or undefined' : ''}, not ${show(value)}`,
      );
    case 'set':
      if (Array.isArray(value)) return new Set(value).size;
      if (value instanceof Set) return value.size;
      throw bad(where, `must be an array or a Set, not ${show(value)}`);
    case 'map':
      if (value instanceof Map) return value.size;
      throw bad(where, `must be a Map, not ${show(value)}`);
    default:
      return column.kind satisfies never;
  }
}

function isMap(value: ValueInput): value is ReadonlyMap<OvsdbAtom, AtomInput> {
  return value instanceof Map;
}

function isAtomInput(value: unknown): value is AtomInput {
  if (typeof value === 'object') return value !== null && 'ref' in value;
  return (
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
  );
}

export function encodeAtom(base: BaseType, atom: AtomInput, where: string): unknown {
  if (typeof atom === 'object' && atom !== null) return encodeRef(base, atom, where);
  const encoded = encodeTyped(base, atom, where);
  if (base.enum !== undefined && !base.enum.has(atom)) {
    throw bad(where, `must be one of ${[...base.enum].join(', ')}, not ${show(atom)}`);
  }
  return encoded;
}

function encodeRef(base: BaseType, atom: { readonly ref: string }, where: string): unknown {
  if (base.type !== 'uuid') throw bad(where, `holds ${base.type}s, not references`);
  if (typeof atom.ref !== 'string' || !identifierPattern.test(atom.ref)) {
    throw bad(where, `refers to ${show(atom.ref)}, which is not a name (letters, digits and "_")`);
  }
  return ['named-uuid', atom.ref];
}

const largestInteger = 2n ** 63n - 1n;

function encodeTyped(base: BaseType, atom: OvsdbAtom, where: string): unknown {
  switch (base.type) {
    case 'integer': {
      if (typeof atom !== 'bigint' && (typeof atom !== 'number' || !Number.isSafeInteger(atom)))
        throw bad(where, `must be an integer (a bigint beyond 2^53), not ${show(atom)}`);
      if (atom > largestInteger || atom < -largestInteger - 1n)
        throw bad(where, `must fit in 64 bits, not ${show(atom)}`);
      assertInRange(base, atom, where);
      return atom;
    }
    case 'real':
      if (typeof atom !== 'number' || !Number.isFinite(atom))
        throw bad(where, `must be a finite number, not ${show(atom)}`);
      assertInRange(base, atom, where);
      return atom;
    case 'boolean':
      if (typeof atom !== 'boolean') throw bad(where, `must be true or false, not ${show(atom)}`);
      return atom;
    case 'string':
      assertString(base, atom, where);
      return atom;
    case 'uuid':
      if (!isUuid(atom)) throw bad(where, `must be a uuid or { ref }, not ${show(atom)}`);
      return ['uuid', atom];
    default:
      return base.type satisfies never;
  }
}

function assertInRange(base: BaseType, value: number | bigint, where: string): void {
  if (base.minimum !== undefined && value < base.minimum)
    throw bad(where, `must be at least ${base.minimum}, not ${value}`);
  if (base.maximum !== undefined && value > base.maximum)
    throw bad(where, `must be at most ${base.maximum}, not ${value}`);
}

function assertString(base: BaseType, value: OvsdbAtom, where: string): void {
  if (typeof value !== 'string') throw bad(where, `must be a string, not ${show(value)}`);
  if (!value.isWellFormed() || value.includes('\0')) {
    throw bad(where, `must be well-formed Unicode without NUL, not ${show(value)}`);
  }
  const { minLength = 0, maxLength = Infinity } = base;
  if (minLength === 0 && value.length <= maxLength) return;
  const length = [...value].length;
  if (length < minLength || length > maxLength) {
    throw bad(where, `must have ${minLength} to ${maxLength} characters, not ${length}`);
  }
}

function show(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Map || value instanceof Set) return `a ${value.constructor.name}`;
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function bad(where: string, problem: string): OvsdbError {
  return new OvsdbError('bad-value', `${where} ${problem}`);
}
