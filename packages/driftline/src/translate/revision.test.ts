import assert from 'node:assert/strict';
import { it } from 'node:test';
import { revisionAtMost, revisionKey } from './revision.ts';
import { network, revised } from './testing/build.ts';

const resource = network({ id: 'n', ...revised(12) });
const accepts = (found: string | undefined) =>
  revisionAtMost(resource).accepts(found, {}, { row: () => undefined, rowAt: () => undefined });

it('is the decimal number as text', () => {
  assert.equal(revisionKey(resource), '12');
});

it('takes any revision that the resource has had, where rows may lag', () => {
  assert.deepEqual(['0', '3', '12'].map(accepts), [true, true, true]);
});

it('refuses a revision that the resource never had', () => {
  assert.deepEqual(['13', '-1', '', '07', '1.5', 'x', undefined].map(accepts), Array(7).fill(false));
});
