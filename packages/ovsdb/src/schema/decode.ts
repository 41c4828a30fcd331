import { Byte, type JsonReader } from '../wire/json-reader.ts';
import { compareAtoms } from './compare.ts';
import type { AtomType, Column, OvsdbAtom, OvsdbValue } from './database.ts';

export const emptySet: readonly OvsdbAtom[] = Object.freeze([]);
export const emptyMap: ReadonlyMap<OvsdbAtom, OvsdbAtom> = new Map();

/** Reads a `<value>` (RFC 7047, section 5.1) in the column's shape. */
export function readColumn(reader: JsonReader, column: Column): OvsdbValue {
  switch (column.kind) {
    case 'scalar':
      return readSingle(reader, column.key.type, false);
    case 'optional':
      return readSingle(reader, column.key.type, true);
    case 'set':
      return readSet(reader, column.key.type);
    case 'map':
      return readMap(reader, column.key.type, column.value?.type ?? 'string');
    default:
      return column.kind satisfies never;
  }
}

/** One atom, bare or as a set of one; undefined for the empty set. */
function readSingle(reader: JsonReader, type: AtomType, isOptional: boolean): OvsdbAtom | undefined {
  if (reader.peek() !== Byte.openBracket) return readAtom(reader, type);
  const atoms = readBracketed(reader, type);
  const [atom] = atoms;
  if (atoms.length > 1 || (atom === undefined && !isOptional)) {
    throw reader.fail(`a set of ${atoms.length} where ${isOptional ? 'at most' : 'exactly'} one is allowed`);
  }
  return atom;
}

function readSet(reader: JsonReader, type: AtomType): readonly OvsdbAtom[] {
  if (reader.peek() !== Byte.openBracket) return [readAtom(reader, type)];
  const atoms = readBracketed(reader, type);
  return atoms.length === 0 ? emptySet : sortAtoms(atoms);
}

/** Sorts in place; the server sends most sets sorted. */
export function sortAtoms(atoms: OvsdbAtom[]): readonly OvsdbAtom[] {
  for (let index = 1; index < atoms.length; index++) {
    if (compareAtoms(atoms[index - 1] as OvsdbAtom, atoms[index] as OvsdbAtom) > 0) return atoms.sort(compareAtoms);
  }
  return atoms;
}

/** `["uuid", "…"]` as one atom, or `["set", […]]`. */
function readBracketed(reader: JsonReader, type: AtomType): OvsdbAtom[] {
  reader.expect(Byte.openBracket);
  const tag = reader.readString();
  reader.expect(Byte.comma);
  const atoms: OvsdbAtom[] = [];
  if (tag === 'uuid' && type === 'uuid') {
    atoms.push(reader.readString());
  } else if (tag === 'set') {
    reader.expect(Byte.openBracket);
    if (!reader.take(Byte.closeBracket)) {
      do atoms.push(readAtom(reader, type));
      while (reader.take(Byte.comma));
      reader.expect(Byte.closeBracket);
    }
  } else {
    throw reader.fail(`unexpected "${tag}"`);
  }
  reader.expect(Byte.closeBracket);
  return atoms;
}

function readMap(reader: JsonReader, keyType: AtomType, valueType: AtomType): ReadonlyMap<OvsdbAtom, OvsdbAtom> {
  reader.expect(Byte.openBracket);
  const tag = reader.readString();
  // An empty map may come as an empty set (RFC 7047, section 5.1).
  if (tag !== 'map' && tag !== 'set') throw reader.fail(`unexpected "${tag}" where a map belongs`);
  reader.expect(Byte.comma);
  reader.expect(Byte.openBracket);
  let map: ReadonlyMap<OvsdbAtom, OvsdbAtom> = emptyMap;
  if (!reader.take(Byte.closeBracket)) {
    if (tag === 'set') throw reader.fail('a set where a map belongs');
    map = readPairs(reader, keyType, valueType);
    reader.expect(Byte.closeBracket);
  }
  reader.expect(Byte.closeBracket);
  return map;
}

function readPairs(reader: JsonReader, keyType: AtomType, valueType: AtomType): ReadonlyMap<OvsdbAtom, OvsdbAtom> {
  const map = new Map<OvsdbAtom, OvsdbAtom>();
  let isSorted = true;
  let last: OvsdbAtom | undefined;
  do {
    reader.expect(Byte.openBracket);
    const key = readAtom(reader, keyType);
    reader.expect(Byte.comma);
    const value = readAtom(reader, valueType);
    reader.expect(Byte.closeBracket);
    if (map.has(key)) throw reader.fail(`duplicate key ${JSON.stringify(String(key))} in a map`);
    map.set(key, value);
    if (last !== undefined && last > key) isSorted = false;
    last = key;
  } while (reader.take(Byte.comma));
  return isSorted ? map : sortMap(map);
}

export function sortMap(map: ReadonlyMap<OvsdbAtom, OvsdbAtom>): ReadonlyMap<OvsdbAtom, OvsdbAtom> {
  return new Map([...map].sort(([left], [right]) => compareAtoms(left, right)));
}

function readAtom(reader: JsonReader, type: AtomType): OvsdbAtom {
  switch (type) {
    case 'string':
      return reader.readString();
    case 'integer': {
      const value = reader.readNumber();
      if (typeof value === 'number' && !Number.isSafeInteger(value)) throw reader.fail(`${value} is not an integer`);
      return value;
    }
    case 'real':
      return Number(reader.readNumber());
    case 'boolean': {
      reader.peek();
      const value = reader.readLiteral();
      if (value === null) throw reader.fail('null where a boolean belongs');
      return value;
    }
    case 'uuid': {
      reader.expect(Byte.openBracket);
      if (reader.readString() !== 'uuid') throw reader.fail('expected a uuid');
      reader.expect(Byte.comma);
      const uuid = reader.readString();
      reader.expect(Byte.closeBracket);
      return uuid;
    }
    default:
      return type satisfies never;
  }
}

const nilUuid = '00000000-0000-0000-0000-000000000000';
const defaultAtoms = { integer: 0, real: 0, boolean: false, string: '', uuid: nilUuid } as const;

/** What a cell holds that nobody has set (RFC 7047, section 5.2.1); such cells are left out of update2 and update3. */
export function defaultValue(column: Column): OvsdbValue {
  const atom = defaultAtoms[column.key.type];
  switch (column.kind) {
    case 'scalar':
      return atom;
    case 'optional':
      return undefined;
    case 'set':
      return column.min === 0 ? emptySet : [atom];
    case 'map':
      return column.min === 0 ? emptyMap : new Map([[atom, defaultAtoms[column.value?.type ?? 'string']]]);
    default:
      return column.kind satisfies never;
  }
}
