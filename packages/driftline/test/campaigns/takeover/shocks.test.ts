import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Random } from '../random.ts';
import { LONG, orderOf } from './shocks.ts';

it('a long campaign has more than 200 shocks, each as often as said, in an order that the seed decides', () => {
  const order = orderOf(LONG, new Random(1));
  assert.ok(order.length > 200);
  const counts = Object.fromEntries(
    Object.keys(LONG).map((shock) => [shock, order.filter((each) => each === shock).length]),
  );
  assert.deepEqual(counts, LONG);
  assert.deepEqual(orderOf(LONG, new Random(1)), order);
  assert.notDeepEqual(orderOf(LONG, new Random(2)), order);
});
