import { compareAtoms } from '../schema/compare.ts';
import type { Column, OvsdbAtom, OvsdbValue } from '../schema/database.ts';
import { emptyMap, emptySet, sortMap } from '../schema/decode.ts';

/**
 * The cell that a `modify` of update2 or update3 makes out of `before` (ovsdb-server(7), "Update2 Notification"):
 * a column of at most one element is replaced, a set is the symmetric difference, and of a map a pair with a new key
 * is added, one with an equal value removed, any other takes the new value.
 *
 * Applying a difference twice undoes it; hence the care about transaction ids in `monitor.ts`.
 */
export function applyDifference(column: Column, before: OvsdbValue, difference: OvsdbValue): OvsdbValue {
  if (column.max === 1) return difference;
  if (before instanceof Map && difference instanceof Map) return changeMap(before, difference);
  return symmetricDifference((before ?? emptySet) as readonly OvsdbAtom[], difference as readonly OvsdbAtom[]);
}

/** Copying a large set so many times takes no longer than merging with it once. */
const fewElements = 4;

/** Both sides are in ascending order, and so is the result. */
function symmetricDifference(left: readonly OvsdbAtom[], right: readonly OvsdbAtom[]): readonly OvsdbAtom[] {
  const result = right.length <= fewElements ? toggle(left, right) : merge(left, right);
  return result.length === 0 ? emptySet : result;
}

/** Most differences are of one element, in a set that may have a hundred thousand. */
function toggle(left: readonly OvsdbAtom[], right: readonly OvsdbAtom[]): readonly OvsdbAtom[] {
  let result = left;
  for (const atom of right) {
    const at = lowerBound(result, atom);
    const isThere = at < result.length && compareAtoms(result[at] as OvsdbAtom, atom) === 0;
    result = isThere ? result.toSpliced(at, 1) : result.toSpliced(at, 0, atom);
  }
  return result;
}

/** What lies between two elements of the difference is copied without a look at it. */
function merge(left: readonly OvsdbAtom[], right: readonly OvsdbAtom[]): OvsdbAtom[] {
  const result: OvsdbAtom[] = [];
  let from = 0;
  for (const atom of right) {
    const at = lowerBound(left, atom, from);
    for (; from < at; from++) result.push(left[from] as OvsdbAtom);
    if (at < left.length && compareAtoms(left[at] as OvsdbAtom, atom) === 0) from++;
    else result.push(atom);
  }
  for (; from < left.length; from++) result.push(left[from] as OvsdbAtom);
  return result;
}

/** Where `atom` is, or would be, from `start` on. Looks in steps that double, for it is mostly near in a dense difference. */
function lowerBound(sorted: readonly OvsdbAtom[], atom: OvsdbAtom, start = 0): number {
  let low = start;
  let step = 1;
  while (low + step <= sorted.length && compareAtoms(sorted[low + step - 1] as OvsdbAtom, atom) < 0) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, sorted.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAtoms(sorted[middle] as OvsdbAtom, atom) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function changeMap(
  before: ReadonlyMap<OvsdbAtom, OvsdbAtom>,
  difference: ReadonlyMap<OvsdbAtom, OvsdbAtom>,
): ReadonlyMap<OvsdbAtom, OvsdbAtom> {
  const after = new Map(before);
  let isSorted = true;
  for (const [key, value] of difference) {
    if (before.get(key) === value) {
      after.delete(key);
    } else {
      if (!before.has(key)) isSorted = false;
      after.set(key, value);
    }
  }
  if (after.size === 0) return emptyMap;
  return isSorted ? after : sortMap(after);
}
