import assert from 'node:assert/strict';
import { it } from 'node:test';
import { anyOrder, isPermutation, startsAlike } from './words.ts';

it('takes the same words in any order, and no others', () => {
  assert.ok(isPermutation('c a b', 'a b c', ' '));
  assert.ok(!isPermutation('a b b', 'a b c', ' '));
  assert.ok(!isPermutation('a b', 'a b c', ' '));
  assert.ok(!isPermutation('a b  c', 'a b c', ' '));
});

it('has one order for one word', () => {
  assert.equal(anyOrder(['a'], ','), 'a');
  assert.equal(anyOrder([], ','), '');
});

it('keeps the first word in its place', () => {
  assert.ok(startsAlike('mac 2001:db8::1 10.0.0.1', 'mac 10.0.0.1 2001:db8::1'));
  assert.ok(!startsAlike('10.0.0.1 mac', 'mac 10.0.0.1'));
  assert.ok(startsAlike('mac', 'mac'));
  assert.ok(!startsAlike('mac 10.0.0.1', 'mac'));
});
