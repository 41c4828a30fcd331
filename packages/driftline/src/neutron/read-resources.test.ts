import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { replaceEntries } from './read-resources.ts';

const maps = fc
  .uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 2 }), fc.integer()), { selector: ([key]) => key })
  .map((entries) => new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1))));

test('replacing entries gives what a full read would give, in its order', () => {
  fc.assert(
    fc.property(maps, maps, (old, now) => {
      const changed = new Set([...old.keys(), ...now.keys()].filter((key) => old.get(key) !== now.get(key)));
      const fresh = new Map([...now].filter(([key]) => changed.has(key)));
      assert.deepEqual([...replaceEntries(old, changed, fresh)], [...now]);
    }),
  );
});

test('what is read again and is as it was stays the same object, and so does a map in which nothing has changed', () => {
  const old = new Map([
    ['a', { addresses: ['1'] }],
    ['b', { addresses: ['2'] }],
  ]);
  const both = new Set(['a', 'b', 'c']);
  assert.equal(replaceEntries(old, both, structuredClone(old)), old);
  const merged = replaceEntries(old, both, new Map([...structuredClone(old), ['b', { addresses: ['3'] }]]));
  assert.notEqual(merged, old);
  assert.equal(merged.get('a'), old.get('a'));
  assert.deepEqual(merged.get('b'), { addresses: ['3'] });
});

test('the map that is replaced from stays as it was', () => {
  const old = new Map([['a', 1]]);
  replaceEntries(old, new Set(['a', 'b']), new Map([['b', 2]]));
  assert.deepEqual([...old], [['a', 1]]);
});
