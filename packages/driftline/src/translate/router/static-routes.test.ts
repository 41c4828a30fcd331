import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { areRoutes, printRoutes } from './static-routes.ts';

const wanted = { first: ['m,1'], inAnyOrder: ['a,2', 'b,3'], last: ['d,4'] };

it('is printed in braces, first to last', () => {
  assert.equal(printRoutes(wanted), '{m,1, a,2, b,3, d,4}');
});

it('is recognised in any order of its middle', () => {
  const route = fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', '1') });
  fc.assert(
    fc.property(fc.shuffledSubarray(['x', 'y', 'z'], { minLength: 3 }), fc.array(route), (middle, first) => {
      const routes = { first, inAnyOrder: ['x', 'y', 'z'], last: ['d'] };
      assert.ok(areRoutes(printRoutes({ ...routes, inAnyOrder: middle }), routes));
    }),
  );
});

it('is not recognised otherwise', () => {
  const others = [
    '{a,2, m,1, b,3, d,4}',
    '{m,1, a,2, d,4, b,3}',
    '{m,1, a,2, a,2, d,4}',
    '{m,1, a,2, d,4}',
    'm,1, a,2, b,3, d,4',
    '',
  ];
  for (const found of others) assert.equal(areRoutes(found, wanted), false, found);
});
