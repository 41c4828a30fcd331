import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Column, OvsdbAtom } from '../schema/database.ts';
import { applyDifference } from './difference.ts';

const set: Column = {
  name: 'c',
  kind: 'set',
  key: { type: 'integer' },
  min: 0,
  max: Infinity,
  isEphemeral: false,
  isMutable: true,
};
const map: Column = { ...set, kind: 'map', value: { type: 'integer' } };

const sortedSet = fc.uniqueArray(fc.integer({ min: 0, max: 20 })).map((items) => items.sort((a, b) => a - b));
const sortedMap = fc.dictionary(fc.stringMatching(/^[a-f]$/), fc.integer({ min: 0, max: 3 })).map((entries) => {
  return new Map<OvsdbAtom, OvsdbAtom>(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
});

test('the difference of two sets leads from the one to the other, and back', () => {
  fc.assert(
    fc.property(sortedSet, sortedSet, (before, after) => {
      const difference = [...new Set(before).symmetricDifference(new Set(after))].sort((a, b) => a - b);
      assert.deepEqual(applyDifference(set, before, difference), after);
      assert.deepEqual(applyDifference(set, after, difference), before);
    }),
  );
});

test('the difference of two maps leads from the one to the other', () => {
  fc.assert(
    fc.property(sortedMap, sortedMap, (before, after) => {
      const difference = new Map<OvsdbAtom, OvsdbAtom>();
      for (const [key, value] of before) if (!after.has(key)) difference.set(key, value);
      for (const [key, value] of after) if (before.get(key) !== value) difference.set(key, value);
      const result = applyDifference(map, before, difference) as ReadonlyMap<OvsdbAtom, OvsdbAtom>;
      assert.deepEqual([...result], [...after]);
    }),
  );
});

test('a column of at most one element is replaced, be it a map', () => {
  assert.equal(applyDifference({ ...set, kind: 'optional', max: 1 }, 1, undefined), undefined);
  assert.equal(applyDifference({ ...set, kind: 'scalar', min: 1, max: 1 }, 1, 2), 2);
  const one = new Map([['a', 1]]);
  assert.deepEqual(applyDifference({ ...map, max: 1 }, new Map([['a', 1]]), one), one);
});
