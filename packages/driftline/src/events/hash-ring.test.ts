import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HashRing } from './hash-ring.ts';

const names = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 8 });

describe('the hash ring', () => {
  it('has no owner while it has no nodes', () => {
    assert.equal(new HashRing([]).ownerOf('a'), undefined);
  });

  it('gives everything to a node that is alone', () => {
    fc.assert(fc.property(fc.uuid(), fc.string(), (node, key) => new HashRing([node]).ownerOf(key) === node));
  });

  it('depends on the set of nodes alone, not on their order or on repetition', () => {
    fc.assert(
      fc.property(names, fc.uuid(), (nodes, key) => {
        const owner = new HashRing(nodes).ownerOf(key);
        assert.equal(new HashRing([...nodes, ...nodes].reverse()).ownerOf(key), owner);
        assert.ok(nodes.includes(owner ?? ''));
      }),
    );
  });

  it('moves a key only to a node that joins, and only from a node that leaves', () => {
    fc.assert(
      fc.property(names, fc.uuid(), fc.uuid(), (nodes, newcomer, key) => {
        fc.pre(!nodes.includes(newcomer));
        const before = new HashRing(nodes).ownerOf(key);
        const after = new HashRing([...nodes, newcomer]).ownerOf(key);
        assert.ok(after === before || after === newcomer);
      }),
    );
  });

  it('knows another with the same nodes', () => {
    assert.ok(new HashRing(['a', 'b']).hasSameNodesAs(new HashRing(['b', 'a'])));
    assert.equal(new HashRing(['a', 'b']).hasSameNodesAs(new HashRing(['a', 'c'])), false);
    assert.equal(new HashRing(['a']).hasSameNodesAs(new HashRing(['a', 'b'])), false);
  });
});
