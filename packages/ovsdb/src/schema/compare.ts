import type { OvsdbAtom, OvsdbValue } from './database.ts';

/** Ascending: numbers by value, strings by UTF-16 code unit, false before true. Both atoms are of one type. */
export function compareAtoms(left: OvsdbAtom, right: OvsdbAtom): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether two cells of one column hold the same, in whatever order a map holds it. */
export function isSameValue(left: OvsdbValue, right: OvsdbValue): boolean {
  if (left === right) return true;
  if (isArray(left) && isArray(right)) {
    return left.length === right.length && left.every((atom, index) => atom === right[index]);
  }
  if (left instanceof Map && right instanceof Map) {
    if (left.size !== right.size) return false;
    for (const [key, value] of left) if (right.get(key) !== value) return false;
    return true;
  }
  return false;
}

function isArray(value: OvsdbValue): value is readonly OvsdbAtom[] {
  return Array.isArray(value);
}
